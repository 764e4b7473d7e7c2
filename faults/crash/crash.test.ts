import { type Postgres, type RabbitMq, startPostgres, startRabbitMq } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { plants } from '../planted/plants.ts'
import { inFull } from '../row.ts'
import { type Plan, runCrash } from './run-crash.ts'
import type { Verdict } from './verdict.ts'

const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1_000_000))
const drainedWithinMs = 30_000
const say = (line: string) => void process.stdout.write(`${line}\n`)

let postgres: Postgres
let broker: RabbitMq
beforeAll(async () => {
  say(`CRASH_SEED=${seed} makes the same plan again`)
  postgres = await startPostgres()
  broker = await startRabbitMq()
})
afterAll(async () => {
  await postgres?.stop()
  await broker?.stop()
})

const run = async (what: string, plan: Omit<Plan, 'seed'>) => {
  const seen = await runCrash({ postgres, broker }, { seed, ...plan })
  const { relay, broker: brokers, subscriber } = plan.kills
  say(
    `${what}: ${seen.events} events in ${Math.round(seen.tookMs / 1000)} s, settled after ${Math.round(seen.settledMs)} ms; ` +
      `killed relay ${relay}, broker ${brokers}, subscriber ${subscriber} times; lost ${seen.lost}, done twice ${seen.doneTwice}, ` +
      `out of order ${seen.outOfOrder}, unsent ${seen.unsent}, duplicates ${seen.duplicates}`,
  )
  return seen
}

describe('events through kill -9 of relay, broker and subscriber', () => {
  const plan = inFull(
    { events: 5_000, seconds: 25, kills: { relay: 5, broker: 2, subscriber: 5 } },
    { events: 50_000, seconds: 180, kills: { relay: 20, broker: 5, subscriber: 20 } },
  )
  it('are all done, each once, in order', { timeout: 600_000 }, async () => {
    const { lost, doneTwice, outOfOrder, unsent, settledMs } = await run('all', { ...plan, plant: null })
    expect({ lost, doneTwice, outOfOrder, unsent }).toEqual({ lost: 0, doneTwice: 0, outOfOrder: 0, unsent: 0 })
    expect(settledMs).toBeLessThan(drainedWithinMs)
  })
})

describe('a mistake', () => {
  const none = { relay: 0, broker: 0, subscriber: 0 }
  const rows: [keyof typeof plants, Plan['kills'], keyof Verdict][] = [
    ['marked before confirmed', { ...none, broker: 1 }, 'lost'],
    ['a cursor', none, 'lost'],
    ['acked before handled', { ...none, subscriber: 5 }, 'lost'],
  ]
  it.each(rows)('planted, %s, is caught', { timeout: 120_000 }, async (plant, kills, invariant) => {
    const seen = await run(plant, { events: 1_500, seconds: 6, kills, plant })
    expect(seen[invariant]).toBeGreaterThan(0)
  })
})
