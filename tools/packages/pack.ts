import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Inside the repository, so that the compiler finds types; git-ignored.
const work = join(root, '.gatehouse/packages')
/** In the order of their dependencies. */
const libraries = ['contracts', 'events', 'token-verifier']

const run = (command: string, args: string[], cwd: string) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })

/** Node does not strip types below node_modules, so packages for other projects are compiled. */
const compile = (library: string, folder: string) => {
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    include: [join(root, 'libs', library, 'src')],
    exclude: [join(root, 'libs', library, 'src/**/*.test.ts')],
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: join(root, 'libs', library, 'src'),
      outDir: join(folder, 'dist'),
      paths: Object.fromEntries(libraries.map((it) => [`@gatehouse/${it}`, [join(work, it, 'dist', `${it}.d.ts`)]])),
    },
  }
  const path = join(folder, 'tsconfig.json')
  writeFileSync(path, JSON.stringify(config))
  run(join(root, 'node_modules/.bin/tsc'), ['-p', path], root)
}

const pack = (library: string, target: string) => {
  const folder = join(work, library)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  compile(library, folder)
  const source = join(root, 'libs', library)
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const { private: _, scripts: __, devDependencies: ___, ...kept } = manifest
  const entry = { types: `./dist/${library}.d.ts`, default: `./dist/${library}.js` }
  const packed = { ...kept, exports: { '.': entry }, files: ['dist'], engines: { node: '>=22' } }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
  if (existsSync(join(source, 'README.md'))) cpSync(join(source, 'README.md'), join(folder, 'README.md'))
  return run('npm', ['pack', '--silent', '--pack-destination', target], folder).trim()
}

const [target = work] = process.argv.slice(2)
mkdirSync(target, { recursive: true })
for (const library of libraries) process.stdout.write(`${join(resolve(target), pack(library, resolve(target)))}\n`)
