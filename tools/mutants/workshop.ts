import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serviceTestsOf } from './core.ts'

export type Outcome = 'killed' | 'killed by types' | 'survived'
const root = new URL('../..', import.meta.url).pathname
const copied = [
  'libs',
  'services',
  'migrations',
  'tools/mutants',
  'docs',
  'package.json',
  'tsconfig.base.json',
  'infra',
]
const withinMs = 600_000

/** Packages are those of the checkout, but for our own: they are the copy's, or no mutant would ever run. */
const copyCheckout = () => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-mutants-'))
  for (const it of copied) cpSync(join(root, it), join(path, it), { recursive: true, verbatimSymlinks: true })
  const packages = join(path, 'node_modules')
  mkdirSync(packages)
  for (const name of readdirSync(join(root, 'node_modules')).filter((it) => it !== '@gatehouse' && it !== '.vite'))
    symlinkSync(join(root, 'node_modules', name), join(packages, name))
  cpSync(join(root, 'node_modules/@gatehouse'), join(packages, '@gatehouse'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  return path
}

/** What a run of vitest tells those that it starts is not for the runs here. */
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))

/** A copy of the checkout in which one change at a time is tried; the checkout itself is never touched. */
export const openWorkshop = (containers: object) => {
  const path = copyCheckout()

  /** Whether it ends well within its time; a change that makes it hang is noticed, too. */
  const run = (command: string, args: string[]) =>
    new Promise<boolean>((resolve, reject) => {
      const env = { ...environment(), MUTANTS_CONTAINERS: JSON.stringify(containers) }
      const child = spawn(join(path, 'node_modules/.bin', command), args, {
        cwd: path,
        env,
        stdio: 'ignore',
        detached: true,
      })
      // As when the packages of the checkout are installed anew meanwhile.
      child.once('error', reject)
      const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), withinMs)
      child.once('close', (code) => {
        clearTimeout(timer)
        resolve(code === 0)
      })
    })
  const vitest = async (project: 'unit' | 'service', files: string[], command = 'run') =>
    files.length === 0 ||
    run('vitest', [command, '--run', '--config=tools/mutants/vitest.config.ts', `--project=${project}`, ...files])

  /** A busy machine may fail a test that waits for something: only what fails twice has noticed. */
  const servicePasses = async (files: string[]) => (await vitest('service', files)) || (await vitest('service', files))

  const besideOf = (file: string) => [file.replace(/\.ts$/, '.test.ts')].filter((it) => existsSync(join(path, it)))
  const passes = async (file: string) => {
    const [likeliest = [], ...others] = serviceTestsOf(file)
    return (
      (await vitest('unit', besideOf(file))) &&
      (await vitest('unit', [file, '--passWithNoTests'], 'related')) &&
      (await servicePasses([likeliest].flat())) &&
      (await servicePasses(others))
    )
  }
  const typesPass = (file: string) => {
    const workspace = file.split('/').slice(0, 2).join('/')
    // That a name is used no more is chance: elsewhere in the file it could be.
    return run('tsc', ['-p', workspace, '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'])
  }

  return {
    /** Whether the tests of these files pass without a change; if not, what they say of a mutant counts for nothing. */
    async passesAsItIs(files: string[]) {
      const [unit, service] = [besideOf, serviceTestsOf].map((testsOf) => [...new Set(files.flatMap(testsOf))])
      return (await vitest('unit', unit ?? [])) && (await servicePasses(service ?? []))
    },
    async tryOut(file: string, source: string): Promise<Outcome> {
      const before = readFileSync(join(path, file))
      writeFileSync(join(path, file), source)
      try {
        if (!(await passes(file))) return 'killed'
        return (await typesPass(file)) ? 'survived' : 'killed by types'
      } finally {
        writeFileSync(join(path, file), before)
      }
    },
    close: () => rmSync(path, { recursive: true }),
  }
}
