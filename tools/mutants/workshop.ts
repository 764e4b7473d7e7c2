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

/** Links the checkout's packages, except for @gatehouse: those must be the copy's, or no mutant would run. */
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

/** Without the variables of the outer vitest run. */
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))

/** A copy of the checkout in which one mutant at a time is tried. The checkout itself is never changed. */
export const openWorkshop = (containers: object) => {
  const path = copyCheckout()

  /** Whether it succeeds within its time; a mutant that hangs is noticed as well. */
  const run = (command: string, args: string[]) =>
    new Promise<boolean>((resolve, reject) => {
      const env = { ...environment(), MUTANTS_CONTAINERS: JSON.stringify(containers) }
      const child = spawn(join(path, 'node_modules/.bin', command), args, {
        cwd: path,
        env,
        stdio: 'ignore',
        detached: true,
      })
      // For example when the packages of the checkout are reinstalled meanwhile.
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

  /** On a busy machine a test that waits may fail, so a mutant is noticed only if the test fails twice. */
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
    // Unused names are allowed: it is a coincidence if a mutant removes the last use.
    return run('tsc', ['-p', workspace, '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'])
  }

  return {
    /** Whether the tests of these files pass without a mutant; otherwise their results mean nothing. */
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
