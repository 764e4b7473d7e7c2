import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createHealth, createLog, createMetrics, serve } from '@gatehouse/service'
import { eventually, granted } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEventStreams } from '../src/http/event-streams.ts'
import { openDatabase } from '../src/open-database.ts'
import { historyIn } from '../src/outbox/history.repository.ts'
import { openEventStream } from './event-stream-client.ts'
import { startTestIdentity } from './start-test-identity.ts'
import { openOutbox } from './start-test-relay.ts'

const usernames = (stream: Awaited<ReturnType<typeof openEventStream>>) =>
  stream.events().map((it) => (it.data as unknown as { data: { user: { username: string } } }).data.user.username)
const createdUsers = 'types=user.created.v1'

/** Streams of this identity's history, with limits that a test can reach. */
const serveStreams = async (
  identity: Awaited<ReturnType<typeof startTestIdentity>>,
  {
    onPageRead = async () => {},
    ...limits
  }: { maxStreams?: number; keepAliveMs?: number; onPageRead?: () => Promise<void> },
) => {
  const log = createLog('streams-test', 'silent')
  const db = await openDatabase(identity.database.serviceUrl, log)
  const history = historyIn(db.manager)
  let pagesRead = 0
  const readPage: typeof history.readPage = async (query) => {
    pagesRead += 1
    const page = await history.readPage(query)
    await onPageRead()
    return page
  }
  const streams = createEventStreams({ history: { ...history, readPage }, log, ...limits })
  const query = { after: 0, limit: 100, types: ['user.deleted.v1' as const] }
  const server = await serve([['GET', '/events', (_req, res) => streams.serve(res, query)]], {
    health: createHealth({}),
    metrics: createMetrics(),
    log,
    host: '127.0.0.1',
    port: 0,
  })
  onTestFinished(async () => {
    await streams.close()
    await server.close()
    await db.destroy()
  })
  return { url: `${server.url}/events`, pagesRead: () => pagesRead }
}

describe('GET /events as a stream', () => {
  it('refuses as the pages do, before it begins', async () => {
    const identity = await startTestIdentity()
    const url = `${identity.url}/events`
    expect((await openEventStream(url, { authorization: '' })).response.status).toBe(401)
    expect((await openEventStream(url, { 'last-event-id': 'x' })).response.status).toBe(400)
    await identity.query('UPDATE outbox_purged SET position = 5')
    const { response } = await openEventStream(`${url}?after=4`)
    expect(response.status).toBe(410)
    expect(await response.json()).toMatchObject({ code: 'history_gone' })
  })

  it('sends what is there and what comes, and goes on behind the last id seen', async () => {
    const identity = await startTestIdentity()
    await identity.addUser({ username: 'ada' })
    const url = `${identity.url}/events?${createdUsers}`
    const stream = await openEventStream(url)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no')
    await eventually(() => expect(usernames(stream)).toEqual(['ada']))
    await identity.addUser({ username: 'bob' })
    await eventually(() => expect(usernames(stream)).toEqual(['ada', 'bob']), { everyMs: 10 })
    expect(stream.frames[0]).toMatchObject({ type: 'user.created.v1', data: { type: 'user.created.v1' } })
    const [first, second] = stream.frames
    stream.hangUp()

    await identity.addUser({ username: 'cleo' })
    const resumed = await openEventStream(url, { 'last-event-id': String(first?.id) })
    await eventually(() => expect(usernames(resumed)).toEqual(['bob', 'cleo']))
    expect(resumed.frames[0]?.id).toBe(second?.id)
  })

  it('serves many readers all there is while the lead changes, each event once and in one order', async () => {
    const identity = await startTestIdentity()
    const other = await identity.startReplica()
    const stream = await openEventStream(`${other.url}/events?${createdUsers}`)
    const paged: string[][] = Array.from({ length: 6 }, () => [])
    let isOver = false
    const read = async (into: string[], at: number) => {
      let after = 0
      let last = false
      while (!last) {
        last = isOver
        const replica = at % 2 === 0 ? identity : other
        const query = { types: 'user.created.v1', limit: 7, after }
        const page = await granted(replica.gateway.readEvents({ query }))
        into.push(...page.events.map((it) => it.id))
        after = page.next
        if (page.more) last = false
      }
    }
    const readers = paged.map(read)
    const leaders = new Set<number>()
    const superuser = openOutbox(identity.database.superuserUrl).pool
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(Array.from({ length: 8 }, (_, at) => identity.addUser({ username: `u${round}-${at}` })))
      const {
        rows: [leader],
      } = await superuser.query(
        `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_locks USING (pid)
          WHERE locktype = 'advisory' AND objid = 7310003 AND datname = current_database()`,
      )
      if (leader) leaders.add(leader.pid)
    }
    await eventually(
      async () => expect(await identity.query('SELECT FROM outbox WHERE position IS NULL')).toEqual([]),
      {
        withinMs: 10_000,
      },
    )
    isOver = true
    await Promise.all(readers)
    const order = (await identity.query("SELECT id FROM outbox WHERE type = 'user.created.v1' ORDER BY position")).map(
      (it) => it.id,
    )
    expect(order).toHaveLength(96)
    for (const ids of paged) expect(ids).toEqual(order)
    await eventually(() => expect(stream.events().map((it) => it.data?.id)).toEqual(order))
    expect(leaders.size).toBeGreaterThan(1)
  })

  it('takes so many streams and no more, and tells that it is alive', async () => {
    const identity = await startTestIdentity()
    await identity.addUser({ username: 'ada' })
    await eventually(async () => expect(await identity.query('SELECT FROM outbox WHERE position IS NULL')).toEqual([]))
    const { url } = await serveStreams(identity, { maxStreams: 2, keepAliveMs: 100 })
    const first = await openEventStream(url)
    const second = await openEventStream(url)
    const { response } = await openEventStream(url)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toMatchObject({ code: 'too_many_streams' })
    // Nothing of what was asked for has come, and still a client that comes back begins behind what it has been spared.
    const [{ head }] = await identity.query('SELECT max(position)::int AS head FROM outbox')
    await eventually(() => expect(second.frames.length).toBeGreaterThan(2))
    expect(second.frames[0]).toEqual({ id: head, type: null, data: null })
    first.hangUp()
    await eventually(async () => expect((await openEventStream(url)).response.status).toBe(200))
  })

  it('sends what comes right behind its first page at once', async () => {
    const identity = await startTestIdentity()
    let isNext = false
    const onPageRead = async () => {
      if (!isNext) return
      isNext = false
      await identity.query(`INSERT INTO outbox (id, aggregate_id, type, payload, sent_at, position)
        VALUES (gen_random_uuid(), 'x', 'user.deleted.v1', '{"type": "user.deleted.v1"}', now(), 1000000)`)
      await delay(600) // all who look for new events have looked
    }
    const { url } = await serveStreams(identity, { onPageRead })
    // With one stream there already, looking for new events does not begin anew.
    const other = await openEventStream(url)
    await delay(600)
    isNext = true
    const stream = await openEventStream(url)
    await eventually(() => expect(stream.events().map((it) => it.id)).toEqual([1_000_000]), { withinMs: 2_000 })
    expect(other.events()).toHaveLength(1)
  })

  it('reads no further than a slow client follows, and hands it everything', async () => {
    const identity = await startTestIdentity()
    await identity.query(
      `INSERT INTO outbox (id, aggregate_id, type, payload, sent_at, position)
       SELECT id, 'x', 'user.deleted.v1', jsonb_build_object('type', 'user.deleted.v1', 'padding', repeat('x', 40000)),
              now(), 1000000 + n
         FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 2000) n) given`,
    )
    const { url, pagesRead } = await serveStreams(identity, {})
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write('GET /events HTTP/1.1\r\nHost: test\r\n\r\n')
    await once(socket, 'readable')
    await delay(1_000) // nothing can tell that nothing happens
    expect(pagesRead()).toBeLessThan(5)
    const ids: string[] = []
    createInterface(socket).on('line', (line) => line.startsWith('id: ') && ids.push(line))
    await eventually(() => expect(ids.at(-1)).toBe('id: 1002000'), { withinMs: 30_000 })
    expect(ids).toHaveLength(2_000)
    expect(pagesRead()).toBeGreaterThan(9)
  })

  it('is ended when identity stops, which does not wait for its client', async () => {
    const identity = await startTestIdentity()
    const replica = await identity.startReplica()
    const stream = await openEventStream(`${replica.url}/events`)
    expect(stream.response.status).toBe(200)
    const before = performance.now()
    await replica.close()
    await stream.ended
    expect(performance.now() - before).toBeLessThan(8_000)
  })
})
