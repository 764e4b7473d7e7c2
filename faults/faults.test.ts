import { writeFileSync } from 'node:fs'
import { type RabbitMq, startRabbitMq } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Environment, openEnvironment } from './environment.ts'
import { keepHistory } from './keep-history.ts'
import { plantedRows, verdictOver } from './planted/planted-rows.ts'
import { describeRow, type PlantedResult, report } from './report.ts'
import { inFull, type RowResult } from './row.ts'
import { brokerRows } from './rows/broker-rows.ts'
import { databaseRows } from './rows/database-rows.ts'
import { processRows } from './rows/process-rows.ts'
import { queueRows } from './rows/queue-rows.ts'
import { calmRow, trafficRows } from './rows/traffic-rows.ts'
import { runRow } from './run-row.ts'

const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000))
const people = 200
const rows = [calmRow, ...processRows, ...brokerRows, ...queueRows, ...databaseRows, ...trafficRows]
const say = (line: string) => void process.stdout.write(`${line}\n`)
const secondsSince = (startedAt: number) => `${Math.round((performance.now() - startedAt) / 1000)} s`

const results: RowResult[] = []
const plantedResults: PlantedResult[] = []
afterAll(() => {
  const text = report(results, plantedResults, seed)
  say(`\n${text}`)
  if (process.env.FAULTS_RESULT) writeFileSync(process.env.FAULTS_RESULT, `# Faults, end to end\n\n${text}`)
})

describe('the promises hold under', () => {
  let environment: Environment
  beforeAll(async () => {
    say(`FAULTS_SEED=${seed} makes the same plan again`)
    const startedAt = performance.now()
    environment = await openEnvironment({ seed, people })
    say(`the stack and ${people} users are there after ${secondsSince(startedAt)}`)
  }, 300_000)
  afterAll(() => environment?.close(), 120_000)

  it.each(rows)('$name', { timeout: inFull(240_000, 1_800_000) }, async (row) => {
    const startedAt = performance.now()
    say(`${row.name} ...`)
    const result = await runRow(row, environment)
    results.push(result)
    const { worst, verdict } = describeRow(result)
    say(`${row.name}: ${verdict}; ${worst} (${secondsSince(startedAt)})`)
    if (result.violations.length + result.missed.length > 0) say(`its history: ${keepHistory(environment.history())}`)
    expect(result.violations.slice(0, 10)).toEqual([])
    expect(result.missed).toEqual([])
  })
})

describe('a session directory with', () => {
  let broker: RabbitMq
  beforeAll(async () => {
    broker = await startRabbitMq()
  })
  afterAll(() => broker?.stop())

  it.each(plantedRows)('$plant is caught, and as it is found in order', async (row) => {
    const found = await verdictOver(broker, row, row.plant)
    const asItIs = await verdictOver(broker, row, null)
    plantedResults.push({ plant: row.plant, found, asItIs })
    say(`planted: ${row.plant}; the checker found ${found.join(', ') || 'nothing'}`)
    expect({ found, asItIs }).toEqual({ found: [row.breaks], asItIs: [] })
  })
})
