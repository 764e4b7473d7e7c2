import { type GatehouseEvent, historyPage } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { gatehouse } from '../support/client.ts'
import { openEventStream } from '../support/event-stream.ts'
import { serviceHeaders } from '../support/services.ts'
import { compose } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, signInAdmin } from '../support/users.ts'

let headers: Record<string, string>
let adminToken: string
beforeAll(async () => {
  headers = await serviceHeaders()
  adminToken = await signInAdmin()
})

const page = async (query: string) =>
  historyPage.parse((await gatehouse().send('GET', `/events?${query}`, { headers })).body)

/** Everything from a position on, page by page. */
const readFrom = async (position: number) => {
  const events: GatehouseEvent[] = []
  let after = position
  while (true) {
    const here = await page(`after=${after}&limit=50`)
    events.push(...here.events)
    if (!here.more) return { events, next: here.next }
    after = here.next
  }
}

describe('history through Nginx', () => {
  it('streams what happens as it happens, and goes on behind the last event that was seen', async () => {
    const { next } = await readFrom(0)
    const query = `after=${next}&types=user.created.v1`
    const stream = await openEventStream(query, headers)
    onTestFinished(stream.hangUp)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    const subjects = () => stream.events.map((it) => it.event.subject)
    const made: string[] = []
    for (const name of ['bob', 'cleo', 'dora']) {
      made.push((await createUser(adminToken, name)).id)
      // Nothing on the way collects what it is sent.
      await eventually(() => expect(subjects()).toEqual(made), { withinMs: 10_000 })
    }
    const resumed = await openEventStream(query, { ...headers, 'last-event-id': stream.events[0]?.id ?? '' })
    onTestFinished(resumed.hangUp)
    await eventually(() => expect(resumed.events.map((it) => it.event.subject)).toEqual(made.slice(1)))
  })

  it('outlives quiet times', { timeout: 60_000 }, async () => {
    const stream = await openEventStream('types=user.deleted.v1&after=999999999', headers)
    onTestFinished(stream.hangUp)
    const end = stream.ended.then(
      () => 'ended',
      (error: unknown) => error,
    )
    const patience = new Promise((resolve) => setTimeout(() => resolve('open'), 35_000))
    expect(await Promise.race([end, patience])).toBe('open')
  })

  it('ends its streams at the stop of identity, and loses nothing to who comes back', {
    timeout: 120_000,
  }, async () => {
    const { next } = await readFrom(0)
    const stream = await openEventStream(`after=${next}`, headers)
    onTestFinished(stream.hangUp)
    const before = performance.now()
    await compose('stop', 'identity')
    await stream.ended
    // It drains for 2 s; a stream that held it up would cost it 10 s, and its exit status.
    expect(performance.now() - before).toBeLessThan(8_000)
    await compose('start', 'identity')
    await untilHealthy()
    const made = await createUser(adminToken, 'eve')
    await eventually(async () => expect((await readFrom(next)).events.map((it) => it.subject)).toContain(made.id))
  })
})
