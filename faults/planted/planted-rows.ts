import { setTimeout as delay } from 'node:timers/promises'
import { eventually, type RabbitMq } from '@gatehouse/testkit'
import { expect } from 'vitest'
import { checkHistory, type Invariant } from '../history/check-history.ts'
import { markedName } from '../load/version-markers.ts'
import type { plants } from './plants.ts'
import { openSmallWorld, type SmallWorld } from './small-world.ts'

/** A relay that took over sends again what the one before it had sent. */
const sendAgain = async ({ signIn, read, tell, identity }: SmallWorld) => {
  const person = await signIn()
  const older = person.user
  const newer = { ...older, full_name: markedName(1), version: older.version + 1 }
  await read(person)
  identity.sessions.set(person.session, newer)
  await tell('user.updated.v1', newer.id, { user: newer })
  expect(await read(person)).toMatchObject({ markers: { fullName: 1 } })
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

type PlantedRow = {
  plant: keyof typeof plants
  /** What the checker must find. */
  breaks: Invariant
  interleave: (world: SmallWorld) => Promise<void>
}

export const plantedRows: PlantedRow[] = [
  { plant: 'no version guard', breaks: 'versions_never_fall', interleave: sendAgain },
  { plant: 'no floor', breaks: 'no_one_let_in', interleave: answerLate },
]

/** What of the five does not hold in a gateway with this plant, or in one as it is. */
export const verdictOver = async (broker: RabbitMq, { interleave }: PlantedRow, plant: string | null) => {
  const world = await openSmallWorld(broker, plant)
  await interleave(world)
  return [...new Set(checkHistory(world.history).map((it) => it.invariant))]
}
