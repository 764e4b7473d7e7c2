import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyCheckout } from './copy-checkout.ts'
import { serviceTestsOf } from './core.ts'

export type Outcome = 'killed' | 'killed by types' | 'survived'
type Group = { project: 'unit' | 'service'; command: 'run' | 'related'; files: string[] }
const config = 'tools/mutants/vitest.config.ts'
const withinMs = 600_000

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
  const besideOf = (file: string) => [file.replace(/\.ts$/, '.test.ts')].filter((it) => existsSync(join(path, it)))
  /** The tests that may notice a mutant of a file, in groups, cheapest first. */
  const groupsOf = (file: string): Group[] => {
    const [likeliest = [], ...others] = serviceTestsOf(file)
    return [
      { project: 'unit', command: 'run', files: besideOf(file) },
      { project: 'unit', command: 'related', files: [file] },
      { project: 'service', command: 'run', files: [likeliest].flat() },
      { project: 'service', command: 'run', files: others },
    ]
  }
  const passes = async ({ project, command, files }: Group) =>
    files.length === 0 ||
    run('vitest', [command, '--run', '--passWithNoTests', `--config=${config}`, `--project=${project}`, ...files])
  /** On a busy machine a test that waits may fail, so only service tests that fail twice have noticed. */
  const notices = async (group: Group) => !(await passes(group)) && (group.project === 'unit' || !(await passes(group)))

  const green = new Set<string>()
  /** @throws Error if these tests fail without the mutant too: then their result means nothing */
  const makeSureOf = async (group: Group) => {
    const name = `${group.project} tests ${group.files.join(' ')}`
    if (!green.has(name) && (await notices(group))) throw new Error(`fail without the mutant too: ${name}`)
    green.add(name)
  }
  const typesPass = (file: string) => {
    const workspace = file.split('/').slice(0, 2).join('/')
    // Unused names are allowed: it is a coincidence if a mutant removes the last use.
    return run('tsc', ['-p', workspace, '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'])
  }

  const findNoticing = async (file: string) => {
    for (const group of groupsOf(file)) if (await notices(group)) return group
    return undefined
  }

  return {
    tryOut: async (file: string, source: string): Promise<Outcome> => {
      const before = readFileSync(join(path, file))
      let noticing: Group | undefined
      try {
        writeFileSync(join(path, file), source)
        noticing = await findNoticing(file)
        if (!noticing) return (await typesPass(file)) ? 'survived' : 'killed by types'
      } finally {
        writeFileSync(join(path, file), before)
      }
      await makeSureOf(noticing)
      return 'killed'
    },
    close: () => rmSync(path, { recursive: true }),
  }
}
