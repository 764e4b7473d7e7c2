import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = (command: string, args: string[], cwd: string) => execFileSync(command, args, { cwd, stdio: 'pipe' })

/**
 * Follows a README in an empty project: installs the packed libraries, writes the first example to `example.ts` and compiles it
 * strictly.
 * @param needs other packages that the README names
 */
export const installPacked = (readme: URL, needs: string[] = []) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'))
  const remove = () => rmSync(folder, { recursive: true })
  try {
    run(process.execPath, [join(root, 'tools/packages/pack.ts'), folder], root)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'example', private: true, type: 'module' }))
    const tarballs = readdirSync(folder).filter((it) => it.endsWith('.tgz'))
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
    run('npm', ['install', ...options, '@types/node', ...needs, ...tarballs.map((it) => `./${it}`)], folder)
    writeFileSync(join(folder, 'example.ts'), /```ts\n([\s\S]*?)```/.exec(readFileSync(readme, 'utf8'))?.[1] ?? '')
    const strict = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node']
    run(join(root, 'node_modules/.bin/tsc'), [...strict, 'example.ts'], folder)
    return { folder, remove }
  } catch (error) {
    remove()
    // The reason is in the output of the command; the error only names the command.
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
    throw new Error(`${error instanceof Error ? error.message : error}\n${stdout ?? ''}${stderr ?? ''}`)
  }
}
