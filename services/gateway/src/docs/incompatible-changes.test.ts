import { describe, expect, it } from 'vitest'
import { eventSchemas } from './event-schemas.ts'
import { incompatibleChanges } from './incompatible-changes.ts'

type Node = Record<string, never> & { properties: Record<string, Node>; required: string[]; enum: string[] }
/** The schemas after a change of `user.updated.v1`. */
const after = (change: (event: Node, user: Node) => void) => {
  const schemas = structuredClone(eventSchemas()) as unknown as Record<string, Node>
  const event = schemas['user.updated.v1'] as Node
  change(event, event.properties.data?.properties.user as Node)
  return incompatibleChanges(eventSchemas() as never, schemas)
}

describe('compatibility with released events', () => {
  it.each([
    ['a member is removed', (_: Node, user: Node) => delete user.properties.full_name],
    ['a member becomes optional', (_: Node, user: Node) => user.required.splice(user.required.indexOf('roles'), 1)],
    [
      'a member has a different type',
      (_: Node, user: Node) => Object.assign(user.properties.version ?? {}, { type: 'string' }),
    ],
    ['text may be longer', (_: Node, user: Node) => Object.assign(user.properties.username ?? {}, { maxLength: 999 })],
    ['the event has a different type', (event: Node) => Object.assign(event.properties.type ?? {}, { const: 'other' })],
  ])('is broken when %s', (_what, change) => {
    expect(after(change)).toHaveLength(1)
  })

  it('is broken by a removed event and by a new enum value', () => {
    const { 'user.deleted.v1': _, ...rest } = eventSchemas()
    expect(incompatibleChanges(eventSchemas() as never, rest as never)).toEqual(['user.deleted.v1 was removed'])
    const schemas = structuredClone(eventSchemas()) as unknown as Record<string, Node>
    schemas['session.revoked.v1']?.properties.data?.properties.reason?.enum.push('eclipse')
    expect(incompatibleChanges(eventSchemas() as never, schemas)).toHaveLength(1)
  })

  it('is kept without changes and with new members', () => {
    expect(after(() => undefined)).toEqual([])
    expect(after((_, user) => Object.assign(user.properties, { shoe_size: { type: 'integer' } }))).toEqual([])
  })
})
