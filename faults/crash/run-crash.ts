import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openRandom } from '@gatehouse/e2e/support/random.ts'
import { handledEventsSql } from '@gatehouse/events'
import { migrate } from '@gatehouse/migrations'
import { createDatabaseOn, eventually, type Postgres, type RabbitMq } from '@gatehouse/testkit'
import { connect } from 'amqplib'
import pg from 'pg'
import { createKills } from './kills.ts'
import { type Arrival, verdictOf } from './verdict.ts'
import { startVictims } from './victims.ts'
import { openWriters } from './writers.ts'

export type Servers = { postgres: Postgres; broker: RabbitMq }
export type Plan = {
  seed: number
  events: number
  seconds: number
  kills: { relay: number; broker: number; subscriber: number }
  /** A mistake in relay or subscriber, by its name in ../planted/plants.ts. */
  plant: string | null
}

const relayScript = fileURLToPath(new URL('../../services/identity/test/relay-process.ts', import.meta.url))
const subscriberScript = fileURLToPath(new URL('subscriber.process.ts', import.meta.url))
const queue = 'crash.users'
const stalledMs = 10_000

/** Who consumes has bound its queue before. */
const expectConsumer = async (url: string) => {
  const connection = await connect(url)
  try {
    const channel = await connection.createChannel()
    channel.on('error', () => undefined) // there is no such queue yet: the call rejects, too
    const { consumerCount } = await channel.checkQueue(queue)
    if (consumerCount === 0) throw new Error('nobody consumes yet')
  } finally {
    await connection.close()
  }
}

/** A relay tells Postgres by its name which one it is. */
const relayUrl = (databaseUrl: string, nth: number) => `${databaseUrl}?application_name=relay-${nth}`

const readArrivals = (file: string): Arrival[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', subject = '', sequence] = line.split(' ')
      return { id, subject, sequence: Number(sequence) }
    })

/** Events through relay, broker and subscriber, each killed again and again. @returns what became of them */
export const runCrash = async ({ postgres, broker }: Servers, plan: Plan) => {
  const { seed, events, seconds, kills, plant } = plan
  const random = openRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-crash-'))
  const arrivalsFile = join(folder, 'arrivals')
  const [identityDb, subscriberDb] = [
    await createDatabaseOn(postgres.address, migrate),
    await createDatabaseOn(postgres.address),
  ]
  const vhost = await broker.createVhost()
  const effects = new pg.Pool({ connectionString: subscriberDb.ownerUrl, max: 2 })
  await effects.query(`${handledEventsSql} CREATE TABLE effects (event_id uuid NOT NULL)`)
  const countDone = async (): Promise<number> =>
    (await effects.query('SELECT count(DISTINCT event_id)::int AS n FROM effects')).rows[0].n
  const writers = await openWriters(identityDb.superuserUrl, random)
  const subscriberArgs = () => [vhost.url, subscriberDb.ownerUrl, queue, arrivalsFile]
  const subscribers = startVictims(subscriberScript, subscriberArgs, 1, plant)
  const relayArgs = (nth: number) => [relayUrl(identityDb.serviceUrl, nth), vhost.identityUrl]
  const relays = startVictims(relayScript, relayArgs, 2, plant)
  const kill = createKills({ broker, writers, relays, subscribers, effects, arrivalsFile })

  /** Does it so many times, at moments that the seed decides. */
  const atRandom = async (times: number, doIt: () => Promise<unknown>) => {
    const startedAt = performance.now()
    const moments = Array.from({ length: times }, () => random() * seconds * 1000).toSorted((a, b) => a - b)
    for (const moment of moments) {
      await delay(Math.max(0, startedAt + moment - performance.now()))
      await doIt()
    }
  }
  /** Until all is done, or nothing has been for a while: then it never will be. */
  const settle = async () => {
    let best = -1
    let progressAt = performance.now()
    while (performance.now() - progressAt < stalledMs) {
      const done = await countDone()
      if (done >= writers.written.length && (await writers.unsent()) === 0) return
      if (done > best) {
        best = done
        progressAt = performance.now()
      }
      await delay(100)
    }
  }

  try {
    // The subscriber's queue is there before the first event is: an exchange keeps nothing for who comes later.
    await eventually(() => expectConsumer(vhost.url), { withinMs: 20_000 })
    const startedAt = performance.now()
    await Promise.all([
      writers.write(events, seconds * 1000),
      atRandom(kills.relay, kill.leader),
      atRandom(kills.broker, kill.broker),
      atRandom(kills.subscriber, kill.subscriber),
    ])
    const writtenAt = performance.now()
    await settle()
    const settledMs = performance.now() - writtenAt
    const done: { event_id: string }[] = (await effects.query('SELECT event_id FROM effects')).rows
    const verdict = verdictOf({
      written: writers.written,
      arrivals: readArrivals(arrivalsFile),
      effects: done.map((it) => it.event_id),
      unsent: await writers.unsent(),
    })
    return { events: writers.written.length, tookMs: writtenAt - startedAt, settledMs, ...verdict }
  } finally {
    await subscribers.stop()
    await relays.stop()
    await writers.close()
    await effects.end()
    // The databases go with their server: dropped now, they would cut off connections that are just being closed.
    await vhost.drop()
    rmSync(folder, { recursive: true })
  }
}
