// Lists what is on the disk of an image. It runs inside the image, read by node from standard input, so it imports only
// built-in modules.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

// npm's record of the hashes that it verified.
const record = '/app/node_modules/.package-lock.json'
const locked: Record<string, { integrity?: string }> = existsSync(record) ? readJson(record).packages : {}

// A package is a folder directly below any node_modules, or below a scope in it.
const installed = globSync('/{app,usr,opt}/**/node_modules/{*,@*/*}/package.json', {
  exclude: (path) => path.startsWith('/usr/share'),
})
const own = globSync('/app/{libs,services}/*/package.json').concat(globSync('/app/migrations/package.json'))

const describe = (path: string) => {
  const { name, version, license } = readJson(path)
  const integrity = locked[path.slice('/app/'.length, -'/package.json'.length)]?.integrity
  return { name, version, license: typeof license === 'string' ? license : undefined, integrity }
}

const debian = existsSync('/var/lib/dpkg/status')
  ? // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
    execFileSync('dpkg-query', ['-W', '-f', '${Package} ${Version} ${Architecture}\\n'], { encoding: 'utf8' })
  : ''
const release = readFileSync('/etc/os-release', 'utf8')

process.stdout.write(
  JSON.stringify({
    node: process.versions.node,
    distribution: /^ID=(.*)$/m.exec(release)?.[1],
    release: /^VERSION_ID="?([^"\n]*)/m.exec(release)?.[1],
    own: own.filter((path) => existsSync(path.replace('package.json', 'src'))).map(describe),
    npm: installed.map(describe),
    debian: debian
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  }),
)
