import { eventually } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

type Identity = Awaited<ReturnType<typeof startTestIdentity>>

const ended = async (identity: Identity) =>
  (await identity.events()).filter((it) => it.type === 'session.expired.v1' || it.type === 'session.revoked.v1')

/** As if so much time had gone by for the sessions of a user. */
const wait = (identity: Identity, userId: string, what: 'expires_at' | 'idle_expires_at', for_: string) =>
  identity.query(`UPDATE sessions SET ${what} = now() - $2::interval WHERE user_id = $1`, [userId, for_])

describe('a session whose time is over', () => {
  it('ends with one event, whichever of its times that was, though two replicas look', async () => {
    const identity = await startTestIdentity()
    await identity.startReplica()
    const ada = await identity.signUp({ username: 'ada' })
    const bob = await identity.signUp({ username: 'bob' })
    const eve = await identity.signUp({ username: 'eve' })
    await wait(identity, ada.user.id, 'expires_at', '1 minute')
    await wait(identity, bob.user.id, 'idle_expires_at', '1 minute')
    const events = await eventually(
      async () => {
        const found = await ended(identity)
        expect(found).toHaveLength(2)
        return found
      },
      { withinMs: 5_000, everyMs: 50 },
    )
    expect(events.map((it) => [it.type, it.subject, it.sequence]).toSorted()).toEqual(
      [ada, bob].map((it) => ['session.expired.v1', it.user.id, 1]).toSorted(),
    )
    for (const event of events) {
      const { session } = event.data as { session: Record<string, string> }
      expect(Date.parse(String(session.revoked_at))).toBeLessThan(Date.now() - 59_000)
    }
    const record = await identity.query("SELECT actor FROM audit_log WHERE action = 'session.expired.v1'")
    expect(record).toEqual([{ actor: 'job:session-expiry' }, { actor: 'job:session-expiry' }])
    // Two more looks of each replica.
    await new Promise((resolve) => setTimeout(resolve, 2_200))
    expect(await ended(identity)).toHaveLength(2)
    expect(
      (await identity.gateway.lookUpSessions({ body: { ids: [String(decodeJwt(eve.token).sid)] } })).body.sessions,
    ).toMatchObject([{ state: 'active' }])
  })

  it('ends while somebody else holds another one', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const bob = await identity.signUp({ username: 'bob' })
    const connection = new pg.Client({ connectionString: identity.database.ownerUrl })
    await connection.connect()
    onTestFinished(() => connection.end())
    await wait(identity, ada.user.id, 'expires_at', '-3 seconds')
    await connection.query('BEGIN')
    await connection.query('SELECT FROM sessions WHERE user_id = $1 FOR UPDATE', [ada.user.id])
    await eventually(async () => {
      const due = await identity.query('SELECT FROM sessions WHERE user_id = $1 AND expires_at < now()', [ada.user.id])
      expect(due).toHaveLength(1)
    })
    await wait(identity, bob.user.id, 'expires_at', '1 minute')
    await eventually(async () => expect((await ended(identity)).map((it) => it.subject)).toEqual([bob.user.id]), {
      withinMs: 5_000,
      everyMs: 50,
    })
    await connection.query('COMMIT')
    await eventually(async () => expect(await ended(identity)).toHaveLength(2), { withinMs: 5_000, everyMs: 50 })
  })

  it('is forgotten 30 days after its end, with device and address, and one that ended since is not', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const bob = await identity.signUp({ username: 'bob' })
    await wait(identity, ada.user.id, 'expires_at', '30 days 1 hour')
    await wait(identity, bob.user.id, 'expires_at', '29 days')
    await eventually(
      async () => {
        const kept = await identity.query('SELECT user_id FROM sessions WHERE user_id = ANY($1)', [
          [ada.user.id, bob.user.id],
        ])
        expect(kept).toEqual([{ user_id: bob.user.id }])
      },
      { withinMs: 5_000, everyMs: 50 },
    )
    expect(await ended(identity)).toHaveLength(2)
  })
})
