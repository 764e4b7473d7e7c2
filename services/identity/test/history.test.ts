import { type HistoryPage, historyPage, snapshotPage } from '@gatehouse/contracts'
import { eventually, granted, newEvent, newUser } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { openLeaderConnection } from '../src/outbox/leader-connection.ts'
import { startTestIdentity } from './start-test-identity.ts'
import { openOutbox } from './start-test-relay.ts'

const start = async () => {
  const identity = await startTestIdentity()
  const get = (path: string) => identity.gateway.send('GET', path)
  const page = async (query: string): Promise<HistoryPage> => historyPage.parse((await get(`/events?${query}`)).body)
  /** Waits until every event is in the history. @returns all of it */
  const wholeHistory = async () => {
    const unsent = () => identity.query('SELECT FROM outbox WHERE position IS NULL')
    await eventually(async () => expect(await unsent()).toEqual([]))
    return page('limit=1000')
  }
  return { identity, get, page, wholeHistory }
}

describe('GET /events', () => {
  it('refuses who is no service, and what it does not understand', async () => {
    const { identity, get } = await start()
    const { token } = await identity.signUp({ username: 'ada', roles: ['admin'] })
    for (const headers of [
      {},
      { authorization: `Bearer ${token}` },
      { authorization: `Basic ${btoa('gateway:no')}` },
    ]) {
      for (const path of ['/events', '/events/snapshot']) {
        const refused = await identity.send('GET', path, { headers })
        expect(refused).toMatchObject({ status: 401, body: { code: 'invalid_client' } })
      }
    }
    const wrong = [
      'after=-1',
      'after=x',
      'after=1.5',
      'after=1e99',
      'limit=0',
      'limit=1001',
      'types=user.eaten.v1',
      'x=1',
    ]
    for (const query of wrong) {
      expect(await get(`/events?${query}`), query).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    }
    expect(await get('/events/snapshot?after=1')).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  it('answers what the broker was given, page by page, whole and of the types asked for', async () => {
    const { identity, page, wholeHistory } = await start()
    for (const username of ['ada', 'bob', 'cleo']) await identity.signUp({ username })
    const { events } = await wholeHistory()
    const outbox = await identity.events()
    expect(events).toEqual(outbox)

    const paged = []
    let next = 0
    let more = true
    while (more) {
      const here = await page(`after=${next}&limit=2`)
      paged.push(...here.events)
      ;({ next, more } = here)
    }
    expect(paged).toEqual(outbox)
    expect(await page(`after=${next}`)).toEqual({ events: [], next, more: false })

    const created = await page('types=user.created.v1,user.updated.v1')
    expect(created.events).toEqual(outbox.filter((it) => it.type === 'user.created.v1'))
    // Not the place of the last one that fits: what does not fit is behind the reader too.
    expect(created.next).toBe(next)
    expect((await page('types=user.created.v1&limit=1')).events).toMatchObject([
      { data: { user: { username: 'ada' } } },
    ])
  })

  it('looks for rare types step by step, and says how far it has come', async () => {
    const { identity, page } = await start()
    await identity.query(`INSERT INTO outbox (id, aggregate_id, type, payload, sent_at, position)
      SELECT gen_random_uuid(), 'x', 'session.started.v1', '{}', now(), 1000000 + n FROM generate_series(1, 20005) n`)
    const user = await identity.addUser({ username: 'ada' })
    await identity.query('UPDATE outbox SET sent_at = now(), position = 2000000 WHERE aggregate_id = $1', [user.id])
    const first = await page('after=1000000&types=user.created.v1')
    expect(first).toEqual({ events: [], next: 1_020_000, more: true })
    const second = await page(`after=${first.next}&types=user.created.v1`)
    expect(second).toMatchObject({ events: [{ subject: user.id }], next: 2_000_000, more: false })
  })

  it('tells who comes after the purge that this history is gone, and where to begin instead', async () => {
    const { identity, get, page, wholeHistory } = await start()
    for (const username of ['ada', 'bob', 'cleo']) await identity.addUser({ username })
    await wholeHistory()
    const [{ position }] = await identity.query(
      "SELECT position FROM outbox WHERE payload->'data'->'user'->>'username' = 'bob'",
    )
    await identity.query("UPDATE outbox SET sent_at = now() - interval '7 days 1 minute' WHERE position <= $1", [
      position,
    ])
    const before = await page(`after=${Number(position) - 1}`)
    expect(before.events).toHaveLength(2)
    const purger = await openLeaderConnection(identity.database.serviceUrl, () => {})
    await purger.purgeSent()
    await purger.close()

    const refused = await get(`/events?after=${Number(position) - 1}`)
    expect(refused).toMatchObject({ status: 410, body: { code: 'history_gone' } })
    expect(refused.body.detail).toContain('/events/snapshot')
    expect(await get('/events')).toMatchObject({ status: 410 })
    expect((await page(`after=${position}`)).events).toMatchObject([{ data: { user: { username: 'cleo' } } }])
    const snapshot = snapshotPage.parse((await get('/events/snapshot')).body)
    expect(snapshot.users).toHaveLength(3)
    await identity.addUser({ username: 'dora' })
    const tail = () => page(`after=${snapshot.position}`)
    await eventually(async () =>
      expect((await tail()).events).toMatchObject([{ data: { user: { username: 'dora' } } }]),
    )
  })

  it('shows a transaction that took its number first and commits last, to a reader who went on meanwhile too', async () => {
    const { identity, page } = await start()
    const outbox = openOutbox(identity.database.superuserUrl)
    const aUserEvent = () => {
      const user = newUser()
      return newEvent('user.updated.v1', { source: identity.issuer, subject: user.id }, { user })
    }
    const [early, late] = [aUserEvent(), aUserEvent()]
    const client = await outbox.pool.connect()
    await client.query('BEGIN')
    await outbox.insert(client, early)
    await outbox.append(late)
    const idsAfter = async (after: number) => {
      const { events, next } = await granted(
        identity.gateway.readEvents({ query: { after, types: 'user.updated.v1' } }),
      )
      return { ids: events.map((it) => it.id), next }
    }
    const first = await eventually(async () => {
      const found = await idsAfter(0)
      expect(found.ids).toEqual([late.id])
      return found
    })
    await client.query('COMMIT')
    client.release()
    await eventually(async () => expect((await idsAfter(first.next)).ids).toEqual([early.id]))
    const seqs = await identity.query('SELECT id FROM outbox WHERE id = ANY ($1) ORDER BY seq', [[early.id, late.id]])
    expect(seqs.map((it) => it.id)).toEqual([early.id, late.id])
    expect((await idsAfter(0)).ids).toEqual([late.id, early.id])
    await identity.query('DELETE FROM outbox WHERE id = ANY ($1)', [[early.id, late.id]])
    expect((await page('')).events).not.toEqual([])
  })
})

describe('GET /events/snapshot', () => {
  it('answers every user as it is, page by page', async () => {
    const { identity, get } = await start()
    const made = []
    for (const username of ['ada', 'bob', 'cleo']) made.push(await identity.addUser({ username }))
    const users = []
    let after = ''
    for (let pages = 0; pages < 3; pages += 1) {
      const page = snapshotPage.parse((await get(`/events/snapshot?limit=1${after}`)).body)
      users.push(...page.users)
      after = `&after=${page.next}`
      expect(page.next === null).toBe(pages === 2)
    }
    expect(users.map((it) => it.id)).toEqual(made.map((it) => it.id).toSorted())
    expect(users[0]).toMatchObject({ version: 1, is_active: true })
    expect(JSON.stringify(users)).not.toMatch(/argon2|hashed/)
  })
})

describe('a deleted user', () => {
  it('leaves nothing of name or address in what is served', async () => {
    const { identity, wholeHistory, get } = await start()
    const { user } = await identity.signUp({ username: 'secret-name', fullName: 'Secret Person' })
    await identity.signIn('secret-name', 'wrong password')
    const admin = await identity.signUp({ username: 'admin', roles: ['admin'] })
    expect(JSON.stringify(await wholeHistory())).toMatch(/secret-name.*wrong_password/)
    const removed = await identity.as(admin.token).deleteUser({ id: user.id })
    expect(removed.status).toBe(204)
    const { events } = await wholeHistory()
    const about = events.filter((it) => it.subject === user.id)
    expect(about.map((it) => it.type)).toEqual(['session.started.v1', 'session.revoked.v1', 'user.deleted.v1'])
    expect(about.at(-1)?.data).toEqual({ user: { id: user.id, version: 2 } })
    expect(JSON.stringify(events)).not.toMatch(/secret-name|Secret Person/)
    expect(JSON.stringify(about)).not.toMatch(/address|device|127\.0\.0\.1|::1/)
    expect(JSON.stringify((await get('/events/snapshot')).body)).not.toContain(user.id)
  })
})
