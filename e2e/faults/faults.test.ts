import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keepHistory } from './keep-history.ts'
import { describeRow, markdownTable } from './report.ts'
import { inFull, type RowResult } from './row.ts'
import { brokerRows } from './rows/broker-rows.ts'
import { databaseRows } from './rows/database-rows.ts'
import { processRows } from './rows/process-rows.ts'
import { queueRows } from './rows/queue-rows.ts'
import { calmRow, trafficRows } from './rows/traffic-rows.ts'
import { runRow } from './run-row.ts'
import { openStage, type Stage } from './stage.ts'

const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000))
const people = 200
const rows = [calmRow, ...processRows, ...brokerRows, ...queueRows, ...databaseRows, ...trafficRows]
const say = (line: string) => void process.stdout.write(`${line}\n`)

let stage: Stage
const results: RowResult[] = []
beforeAll(async () => {
  say(`FAULTS_SEED=${seed} makes the same plan again`)
  const startedAt = performance.now()
  stage = await openStage({ seed, people })
  say(`the stack and ${people} users are there after ${Math.round((performance.now() - startedAt) / 1000)} s`)
}, 300_000)

afterAll(async () => {
  await stage?.close()
  if (results.length === 0) return
  const table = markdownTable(results, seed)
  say(`\n${table}\n`)
  if (process.env.FAULTS_RESULT) writeFileSync(process.env.FAULTS_RESULT, `# Faults, end to end\n\n${table}\n`)
}, 120_000)

it.each(rows)('$name', { timeout: inFull(240_000, 1_800_000) }, async (row) => {
  const startedAt = performance.now()
  say(`${row.name} ...`)
  const result = await runRow(row, stage)
  results.push(result)
  const { worst, verdict } = describeRow(result)
  say(`${row.name}: ${verdict}; ${worst} (${Math.round((performance.now() - startedAt) / 1000)} s)`)
  if (result.violations.length + result.missed.length > 0) say(`its history: ${keepHistory(stage.history())}`)
  expect(result.violations.slice(0, 10)).toEqual([])
  expect(result.missed).toEqual([])
})
