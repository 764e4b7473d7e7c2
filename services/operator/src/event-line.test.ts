import { gatehouseEvent } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { eventLine } from './event-line.ts'

const id = '0197f3a0-0000-7000-8000-000000000001'
const at = '2026-01-02T03:04:05.678Z'
const user = { id, username: 'ada', full_name: 'Ada', is_active: true, roles: ['ops', 'admin'], version: 4 }
const session = { id, user_id: id, client_id: 'cli', created_at: at, expires_at: at, revoked_at: null }
const key = { kid: 'k1', state: 'current' }
const withUser = (changed: object) => ({ user: { ...user, created_at: at, updated_at: at, ...changed } })

const lineOf = (type: string, data: object) => {
  const about = { specversion: '1.0', id, source: 'http://issuer', type, subject: 'somebody', time: at, sequence: 4 }
  const rest = { datacontenttype: 'application/json', dataschema: 'x', data }
  return eventLine(gatehouseEvent.parse({ ...about, ...rest }))
}

describe('the line of an event', () => {
  it.each([
    ['user.created.v1', withUser({}), 'ada active ops,admin'],
    ['user.updated.v1', withUser({ roles: [] }), 'ada active'],
    ['user.deactivated.v1', withUser({ is_active: false }), 'ada deactivated ops,admin'],
    ['user.activated.v1', withUser({}), 'ada active ops,admin'],
    ['user.password_changed.v1', withUser({}), 'ada active ops,admin'],
    ['user.deleted.v1', { user: { id, version: 4 } }, 'deleted'],
    ['session.started.v1', { session }, `session ${id} of cli until ${at}`],
    ['session.revoked.v1', { session, reason: 'logout' }, `session ${id} of cli: logout`],
    [
      'session.refresh_repeated.v1',
      { session, reason: 'late', address: '10.0.0.9' },
      `session ${id} of cli: late from 10.0.0.9`,
    ],
    ['login.failed.v1', { user_id: null, reason: 'unknown_user', address: '10.0.0.9' }, 'unknown_user from 10.0.0.9'],
    ['login.failed.v1', { user_id: null, reason: 'throttled', address: null }, 'throttled from an unknown address'],
    ['key.published.v1', { key }, 'current'],
    ['key.activated.v1', { key }, 'current'],
    ['key.retired.v1', { key }, 'current'],
  ])('summarizes %s', (type, data, summary) => {
    expect(lineOf(type, data)).toBe(`${at}  ${type.padEnd(24)}  somebody  4  ${summary}`)
  })

  it('stays on one line and moves no cursor, whatever the username contains', () => {
    const username = 'a\u001b[2J\r\nb\u009bc\u2028d\u202ee\u200bf'
    const line = lineOf('user.created.v1', withUser({ username, roles: [] }))
    expect(line.endsWith('  a [2J b c d\\u202ee\\u200bf active')).toBe(true)
  })
})
