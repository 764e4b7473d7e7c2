import { randomUUID } from 'node:crypto'
import type { EventOf } from '@gatehouse/contracts'
import { userIdOf, usernameOf } from '../harness/users.ts'

const subjects = 1_000
const issuer = 'http://localhost:8080/api'
const time = '2026-01-01T00:00:00.000Z'

/** Events like those of identity, of a thousand users in turn, with rising versions. */
export const userEvents = (count: number, first = 0): EventOf<'user.updated.v1'>[] =>
  Array.from({ length: count }, (_, at) => {
    const nth = 1 + ((first + at) % subjects)
    const id = userIdOf(nth)
    const version = 1 + Math.floor((first + at) / subjects)
    const named = { id, username: usernameOf(nth), full_name: `User ${nth}`, is_active: true, roles: [] }
    return {
      specversion: '1.0',
      id: randomUUID(),
      source: issuer,
      type: 'user.updated.v1',
      subject: id,
      time,
      datacontenttype: 'application/json',
      dataschema: `${issuer}/schemas/user.updated.v1.json`,
      sequence: version,
      data: { user: { ...named, version, created_at: time, updated_at: time } },
    }
  })
