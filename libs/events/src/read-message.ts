import { eventTypes, type GatehouseEvent, gatehouseEvent, type Heartbeat, heartbeat } from '@gatehouse/contracts'

type Malformed = { kind: 'malformed'; why: string }
export type ReadEvent = { kind: 'event'; event: GatehouseEvent } | { kind: 'unknown'; type: string } | Malformed
export type ReadHeartbeat = { kind: 'heartbeat'; heartbeat: Heartbeat } | Malformed

const knownTypes: ReadonlySet<string> = new Set(eventTypes)

const parseJson = (content: Buffer): unknown => {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch {
    return undefined // fits no schema
  }
}

const typeOf = (body: unknown) =>
  typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string' ? body.type : null

/** The invalid fields, without their values, which may be personal. */
const fieldsOf = (error: { issues: { path: PropertyKey[]; message: string }[] }) =>
  error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')

/** An event of an unknown type is not malformed: a newer publisher may send types that this version does not know. */
export const readEvent = (content: Buffer): ReadEvent => {
  const body = parseJson(content)
  const type = typeOf(body)
  if (type !== null && !knownTypes.has(type)) return { kind: 'unknown', type }
  const parsed = gatehouseEvent.safeParse(body)
  return parsed.success ? { kind: 'event', event: parsed.data } : { kind: 'malformed', why: fieldsOf(parsed.error) }
}

export const readHeartbeat = (content: Buffer): ReadHeartbeat => {
  const parsed = heartbeat.safeParse(parseJson(content))
  return parsed.success
    ? { kind: 'heartbeat', heartbeat: parsed.data }
    : { kind: 'malformed', why: fieldsOf(parsed.error) }
}
