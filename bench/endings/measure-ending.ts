import { eventually, granted } from '@gatehouse/testkit'
import pg from 'pg'
import { residentMib } from '../harness/process-figures.ts'
import { signIn } from '../harness/sign-in.ts'
import type { Identity } from '../harness/stack.ts'
import { userIdOf } from '../harness/users.ts'
import type { VerifyingGateway } from './verifying-gateway.ts'
import type { WayToEnd } from './ways-to-end.ts'

type Needs = { identity: Identity; gateway: VerifyingGateway; nth: number; sessions: number; way: WayToEnd }

const known = 20
const sampleEveryMs = 50

/** Sessions beyond the limit, older than those signed in here, so that the events of these come last. */
const plant = (client: pg.Client, nth: number, sessions: number) =>
  client.query(
    `INSERT INTO sessions (id, user_id, client_id, expires_at, idle_expires_at)
     SELECT ('00000000-0000-7000-8000-' || lpad(to_hex($2::bigint * 10000000 + n), 12, '0'))::uuid, $1, 'gatehouse',
            now() + '7 days', now() + '7 days' FROM generate_series(1, $3::int) n`,
    [userIdOf(nth), nth, sessions],
  )

export const measureEnding = async ({ identity, gateway, nth, sessions, way }: Needs) => {
  const db = new pg.Client({ connectionString: identity.ownerUrl })
  await db.connect()
  try {
    const admin = await signIn(identity.url, 1)
    const tokens: string[] = []
    for (let more = 0; more < known; more += 1) tokens.push((await signIn(identity.url, nth)).authorization)
    // One exists since the user was created.
    await plant(db, nth, sessions - known - 1)
    await gateway.untilFresh()
    if ((await gateway.check(tokens)).includes(false)) throw new Error('a session is not accepted')

    const beforeMib = residentMib(identity.pid)
    let mostMib = beforeMib
    const sampler = setInterval(() => {
      mostMib = Math.max(mostMib, residentMib(identity.pid))
    }, sampleEveryMs)
    try {
      const startedAt = performance.now()
      await granted(way.end(admin.client, userIdOf(nth)))
      const answeredAt = performance.now()
      const answeredMs = answeredAt - startedAt
      while ((await gateway.check(tokens)).includes(true));
      const refusedMs = performance.now() - answeredAt
      await eventually(
        async () => {
          const { rows } = await db.query(
            `SELECT (SELECT count(*)::int FROM outbox WHERE aggregate_id = $1 AND type = 'session.revoked.v1') AS told,
                    (SELECT count(*)::int FROM outbox WHERE sent_at IS NULL) AS unsent,
                    (SELECT count(*)::int FROM session_endings) AS unfinished`,
            [userIdOf(nth)],
          )
          const { told, unsent, unfinished } = rows[0]
          if (told !== sessions || unsent > 0 || unfinished > 0)
            throw new Error(`${told} of ${sessions} told, ${unsent} unsent, ${unfinished} unfinished`)
        },
        { withinMs: 180_000, everyMs: 200 },
      )
      const toldSeconds = (performance.now() - answeredAt) / 1000
      return { sessions, way: way.name, answeredMs, refusedMs, toldSeconds, beforeMib, mostMib }
    } finally {
      clearInterval(sampler)
    }
  } finally {
    await db.end()
  }
}
