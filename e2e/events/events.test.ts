import { type GatehouseEvent, jwks } from '@gatehouse/contracts'
import { eventually, granted } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse } from '../support/client.ts'
import { addSubscriber, replay, type Subscriber, subscribe } from '../support/subscriber.ts'
import { createUser, signInAdmin, tokenOf } from '../support/users.ts'

let subscriber: Subscriber
let inbox: Awaited<ReturnType<typeof subscribe>>
beforeAll(async () => {
  subscriber = await addSubscriber()
  inbox = await subscribe(subscriber)
})
afterAll(() => inbox.close())

const about = (subject: string) => inbox.events().filter((it) => it.subject === subject)

describe('a subscriber', () => {
  it('receives what happens to a user, in order, each as a CloudEvent with the whole state', async () => {
    const ada = await createUser(await signInAdmin(), 'ada')
    const adminToken = await signInAdmin()
    const token = await tokenOf(ada)
    await granted(as(adminToken).deactivateUser({ id: ada.id }))
    await granted(as(adminToken).activateUser({ id: ada.id }))
    const events = await eventually(() => {
      const found = about(ada.id)
      expect(found.at(-1)?.type).toBe('user.activated.v1')
      return found
    })
    expect(events.map((it) => [it.type, it.sequence])).toEqual([
      ['user.created.v1', 1],
      ['session.started.v1', 1],
      ['user.deactivated.v1', 2],
      ['session.revoked.v1', 2],
      ['user.activated.v1', 3],
    ])
    const { iss, sid } = decodeJwt(token)
    for (const event of events) expect(event).toMatchObject({ specversion: '1.0', source: iss })
    expect(new Set(events.map((it) => it.id)).size).toBe(events.length)
    expect(events[2]).toMatchObject({ data: { user: { id: ada.id, is_active: false, version: 2, roles: [] } } })
    const revoked = events.filter((it) => it.type === 'session.revoked.v1')
    expect(revoked.map((it) => it.data.session.id)).toContain(sid)
    expect(JSON.stringify(events)).not.toMatch(/argon2|hashed_password/)
  })

  it('finds the schema where each event says, and all of them in the documents', async () => {
    const { body } = await gatehouse().send('GET', '/asyncapi.json')
    const { components } = body as { components: { messages: Record<string, { name: string }> } }
    const names = Object.values(components.messages).map((it) => it.name)
    const issuer = String(decodeJwt(await signInAdmin()).iss)
    const events = inbox.events()
    expect(events).not.toEqual([])
    for (const type of new Set(events.map((it) => it.type))) expect(names).toContain(type)
    for (const dataschema of new Set(events.map((it) => it.dataschema))) {
      const schema = await gatehouse().send('GET', dataschema.slice(issuer.length))
      expect(schema, dataschema).toMatchObject({ status: 200, body: { type: 'object' } })
    }
    expect(await gatehouse().send('GET', '/schemas/user.created.v9.json')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
  })

  it('who comes late replays all history, the making of the admin and of every key that still counts included', async () => {
    const { sid } = decodeJwt(await signInAdmin())
    const isLast = (it: GatehouseEvent) => it.type === 'session.started.v1' && it.data.session.id === sid
    const history = await replay(subscriber, isLast)
    const created = history.filter((it) => it.type === 'user.created.v1' && it.data.user.username === 'admin')
    expect(created).toHaveLength(1)
    const { keys } = jwks.parse((await gatehouse().readJwks()).body)
    const published = new Set(history.filter((it) => it.type === 'key.published.v1').map((it) => it.subject))
    expect(keys.filter((it) => !published.has(it.kid))).toEqual([])
  })
})
