import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
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
  const report = join(path, 'report.json')

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
  /** Those of the files whose tests fail; all of them if the run ends without a report. */
  const failingOf = async ({ project, command, files }: Group): Promise<string[]> => {
    const options = ['--passWithNoTests', `--config=${config}`, '--reporter=json', `--outputFile=${report}`]
    rmSync(report, { force: true })
    if (files.length === 0 || (await run('vitest', [command, '--run', `--project=${project}`, ...options, ...files])))
      return []
    if (!existsSync(report)) return files
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { name: string; status: string }[]
    }
    const failing = testResults.filter((it) => it.status === 'failed').map((it) => relative(path, it.name))
    return failing.length > 0 ? failing : files
  }
  /** On a busy machine a test that waits may fail, so only a service test that fails twice has noticed. */
  const findFailing = async (group: Group): Promise<Group | undefined> => {
    const failing = { ...group, files: await failingOf(group), command: 'run' as const }
    if (failing.files.length === 0) return undefined
    if (group.project === 'unit') return failing
    if ((await failingOf(failing)).length > 0) return failing
    return (await failingOf(group)).length > 0 ? group : undefined
  }

  const green = new Set<string>()
  /** @throws Error if these tests fail without the mutant too: then their result means nothing */
  const makeSureOf = async (group: Group) => {
    const name = `${group.project} tests ${group.files.join(' ')}`
    if (!green.has(name) && (await findFailing(group))) throw new Error(`fail without the mutant too: ${name}`)
    green.add(name)
  }
  const typesPass = (file: string) => {
    const workspace = file.split('/').slice(0, 2).join('/')
    // Unused names are allowed: it is a coincidence if a mutant removes the last use.
    return run('tsc', ['-p', workspace, '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'])
  }

  const findNoticing = async (file: string) => {
    for (const group of groupsOf(file)) {
      const failing = await findFailing(group)
      if (failing) return failing
    }
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
