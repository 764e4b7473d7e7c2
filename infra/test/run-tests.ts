import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Runs the named parts (all but the long faults when none is named) and ends with the one line that is counted: `N passed, N failed`.
const parts = ['check', 'unit', 'service', 'e2e', 'faults'] as const
type Part = (typeof parts)[number]
type Count = { passed: number; failed: number }

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
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** Files that could not even be loaded count as failed tests, and so does a run that reports nothing. */
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
    const counted = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      testResults: { status: string; assertionResults: unknown[] }[]
    }
    const unloaded = counted.testResults.filter(
      (it) => it.status === 'failed' && it.assertionResults.length === 0,
    ).length
    const failed = counted.numFailedTests + unloaded
    return { passed: counted.numPassedTests, failed: ok ? failed : Math.max(1, failed) }
  } catch (error) {
    say(`the ${project} tests left no report: ${(error as Error).message}`)
    return { passed: 0, failed: 1 }
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

const chosen = named.length > 0 ? named.filter(isPart) : parts.filter((it) => it !== 'faults')
const total: Count = { passed: 0, failed: 0 }
for (const part of chosen) {
  const startedAt = performance.now()
  say(`\n== ${part}`)
  const { passed, failed } = part === 'check' ? await check() : await test(part)
  total.passed += passed
  total.failed += failed
  say(`== ${part}: ${passed} passed, ${failed} failed in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}
say(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0
