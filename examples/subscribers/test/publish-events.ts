import { randomUUID } from 'node:crypto'
import type { EventOf, GatehouseEvent, UserState } from '@gatehouse/contracts'
import { silentLog, startPublisher } from '@gatehouse/events'
import { createTestVhost, eventually } from '@gatehouse/testkit'
import { expect, onTestFinished } from 'vitest'

type WithUser = Exclude<Extract<GatehouseEvent['type'], `user.${string}`>, 'user.deleted.v1'>

const envelope = (subject: string, sequence: number) => ({
  specversion: '1.0' as const,
  id: randomUUID(),
  source: 'http://issuer',
  subject,
  time: new Date().toISOString(),
  datacontenttype: 'application/json' as const,
  dataschema: 'http://issuer/schemas/x.json',
  sequence,
})

/** Makes events of one user. */
export const aPerson = (username: string) => {
  const id = randomUUID()
  const at = new Date().toISOString()
  const state: UserState = {
    id,
    username,
    full_name: `The ${username}`,
    is_active: true,
    roles: ['ops'],
    version: 1,
    created_at: at,
    updated_at: at,
  }
  return {
    id,
    is: (type: WithUser, version: number, changed: Partial<UserState> = {}): EventOf<WithUser> =>
      ({ ...envelope(id, version), type, data: { user: { ...state, ...changed, version } } }) as EventOf<WithUser>,
    isDeleted: (version: number): EventOf<'user.deleted.v1'> => ({
      ...envelope(id, version),
      type: 'user.deleted.v1',
      data: { user: { id, version } },
    }),
  }
}

/** A vhost for the test, and a publisher with the permissions of identity. */
export const openBroker = async () => {
  const vhost = await createTestVhost()
  onTestFinished(() => vhost.drop())
  const publisher = startPublisher({ url: vhost.identityUrl, name: 'example-test', log: silentLog })
  onTestFinished(() => publisher.stop())
  await eventually(() => expect(publisher.state().connected).toBe(true))
  const publish = async (...events: GatehouseEvent[]) => {
    const outgoing = events.map((it) => ({ id: it.id, type: it.type, body: JSON.stringify(it) }))
    expect(await publisher.publishAll(outgoing)).toEqual(events.map(() => 'confirmed'))
  }
  return { url: vhost.url, publish }
}
