import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

// Runs the named kinds of tests, by default all but the long ones. The last line of output is `N passed, N failed`.
const parts = ['check', 'unit', 'service', 'e2e', 'attacks', 'faults', 'mutants'] as const
type Part = (typeof parts)[number]
const byNameOnly: Part[] = ['faults', 'mutants']
type Count = { passed: number; failed: number; names: string[] }
type Report = {
  numPassedTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

const run = (command: string, args: string[]) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } })
    child.once('error', (error) => {
      say(`cannot run ${command}: ${error.message}`)
      resolve(false)
    })
    child.once('exit', (code) => resolve(code === 0))
  })

const check = async (): Promise<Count> => {
  const ok = await run('turbo', ['run', 'check', '--output-logs=errors-only', '--log-order=grouped'])
  return ok ? { passed: 1, failed: 0, names: [] } : { passed: 0, failed: 1, names: ['turbo run check'] }
}

const firstLine = (text: string | undefined) => text?.split('\n', 1)[0] ?? ''

const namesOf = ({ name, status, message, assertionResults }: Report['testResults'][number]) => {
  const file = relative(process.cwd(), name)
  const failed = assertionResults.filter((it) => it.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [`${file}: ${firstLine(message)}`]
  return failed.map((it) => `${file} > ${it.fullName}: ${firstLine(it.failureMessages[0])}`)
}

/** A file that cannot be loaded counts as one failed test, and so does a run without a report. */
const test = async (project: Part): Promise<Count> => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  const report = join(folder, 'report.json')
  try {
    const ok = await run('vitest', [
      'run',
      `--project=${project}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ])
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
    const names = testResults.flatMap(namesOf)
    if (!ok && names.length === 0) names.push(`${project}: failed, although no test did`)
    return { passed: numPassedTests, failed: names.length, names }
  } catch (error) {
    return { passed: 0, failed: 1, names: [`${project}: wrote no report: ${(error as Error).message}`] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const isPart = (name: string): name is Part => parts.some((it) => it === name)

const named = process.argv.slice(2)
const unknown = named.filter((it) => !isPart(it))
if (unknown.length > 0) {
  say(`unknown: ${unknown.join(', ')}. Choose from: ${parts.join(', ')}`)
  process.exit(2)
}

const chosen = named.length > 0 ? named.filter(isPart) : parts.filter((it) => !byNameOnly.includes(it))
const total: Count = { passed: 0, failed: 0, names: [] }
for (const part of chosen) {
  const startedAt = performance.now()
  say(`\n== ${part}`)
  const { passed, failed, names } = part === 'check' ? await check() : await test(part)
  total.passed += passed
  total.failed += failed
  total.names.push(...names)
  say(`== ${part}: ${passed} passed, ${failed} failed in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}
// Repeated at the end, where people look first.
for (const name of total.names) say(`failed: ${name}`)
say(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0
