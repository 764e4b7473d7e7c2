import { setTimeout as delay } from 'node:timers/promises'
import { eventually, type RabbitMq, startRabbitMq } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkHistory, type Invariant } from '../history/check-history.ts'
import { markedName } from '../load/marks.ts'
import { planted, plants } from './plants.ts'
import { openSmallWorld, type SmallWorld } from './small-world.ts'

let broker: RabbitMq
beforeAll(async () => {
  broker = await startRabbitMq()
})
afterAll(() => broker.stop())

/** A relay that took over sends again what the one before it had sent. */
const sendAgain = async ({ signIn, read, tell, identity }: SmallWorld) => {
  const person = await signIn()
  const older = person.user
  const newer = { ...older, full_name: markedName(1), version: older.version + 1 }
  await read(person)
  identity.sessions.set(person.session, newer)
  await tell('user.updated.v1', newer.id, { user: newer })
  expect(await read(person)).toMatchObject({ marks: { fullName: 1 } })
  await tell('user.updated.v1', older.id, { user: older })
  await read(person)
}

/** Identity's answer was made before the session ended, and comes after the event that tells so. */
const answerLate = async (world: SmallWorld): Promise<void> => {
  const { signIn, read, tell, identity, history } = world
  const person = await signIn()
  const release = identity.holdAnswers()
  const asking = read(person)
  await eventually(() => expect(identity.asked.flat()).toContain(person.session), { everyMs: 1 })
  const begunMs = performance.now()
  identity.sessions.delete(person.session)
  const at = new Date().toISOString()
  const session = { id: person.session, user_id: person.user.id, client_id: 'test', created_at: at, expires_at: at }
  await tell('session.revoked.v1', person.user.id, { session: { ...session, revoked_at: at }, reason: 'logout' })
  history.endings.push({ sessions: [person.session], begunMs, endedMs: performance.now(), done: true })
  release()
  // The gateway had given the question up before we were so far: nothing was tried.
  if ((await asking).status === 503) return answerLate(world)
  for (const untilMs = performance.now() + 1_500; performance.now() < untilMs; await delay(50)) await read(person)
}

const rows: [keyof typeof plants, Invariant, (world: SmallWorld) => Promise<void>][] = [
  ['no version guard', 'versions_never_fall', sendAgain],
  ['no floor', 'no_one_let_in', answerLate],
]

describe.each(rows)('%s in the session directory', (plant, invariant, interleave) => {
  const verdict = async (name: string | null) => {
    const world = await openSmallWorld(broker, name)
    await interleave(world)
    return new Set(checkHistory(world.history).map((it) => it.invariant))
  }

  it('is caught where it is planted', async () => {
    expect(await verdict(plant)).toEqual(new Set([invariant]))
  })

  it('is not found in the gateway as it is', async () => {
    expect(await verdict(null)).toEqual(new Set())
  })
})

it('a plant whose source has changed says so', () => {
  expect(() => planted('another source', plants['no floor'])).toThrow('no longer holds')
})
