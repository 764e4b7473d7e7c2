import { createHash } from 'node:crypto'
import { type ServiceScope, serviceScopes } from '@gatehouse/contracts'
import type { Answer, Client } from '@gatehouse/testkit'
import { expect, it } from 'vitest'
import { readServiceCredentials } from '../src/clients/service-credentials.ts'
import { startTestIdentity } from './start-test-identity.ts'

/** Each call of services with the scope that it needs. */
const calls: [ServiceScope, string, (service: Client) => Promise<Answer>][] = [
  ['events.read', 'readEvents', (it) => it.readEvents()],
  ['events.read', 'readSnapshot', (it) => it.readSnapshot()],
  ['tokens.introspect', 'introspectToken', (it) => it.introspectToken({ body: { token: 'x' } })],
  ['tokens.revoke', 'revokeToken', (it) => it.revokeToken({ body: { token: 'x' } })],
  ['sessions.lookup', 'lookUpSessions', (it) => it.lookUpSessions({ body: { ids: [] } })],
]
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
/** What 07b3162 compared the secret of an unknown name with. */
const oldSecret = 'no service has this secret'
const unknownNames = [
  'nobody',
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'Gateway',
  'all\0',
  'all\n',
  'al',
]
const secretsFor = (name: string) => [oldSecret, '', name, 'undefined', 'null']

const startIdentity = (scopesOfOthers: ServiceScope[], scope: ServiceScope) =>
  startTestIdentity({
    serviceCredentials: readServiceCredentials([
      `all:${sha256('its secret')}`,
      `one:${scope}:${sha256('its secret')}`,
      `others:${scopesOfOthers.join(',')}:${sha256('its secret')}`,
    ]),
  })

it.each(calls)(
  'without the scope %s %s is refused to a credential, and to an unknown name whatever its secret',
  async (scope, _name, call) => {
    const identity = await startIdentity(
      serviceScopes.filter((it) => it !== scope),
      scope,
    )
    const answerTo = (name: string, secret: string) => call(identity.asService(name, secret))
    const unknown = { status: 401, body: { code: 'invalid_client' } }
    for (const name of [...unknownNames, 'all', 'one', 'others']) {
      for (const secret of secretsFor(name)) {
        expect(await answerTo(name, secret), JSON.stringify([name, secret])).toMatchObject(unknown)
      }
    }
    expect(await answerTo('nobody', 'its secret')).toMatchObject(unknown)
    const unscoped = { status: 403, body: { code: 'insufficient_scope' } }
    expect(await answerTo('others', 'its secret')).toMatchObject(unscoped)
    // A line of 0.1.0 names no scope, and has them all.
    for (const name of ['all', 'one']) expect(await answerTo(name, 'its secret')).toMatchObject({ status: 200 })
  },
)
