import { createHash } from 'node:crypto'
import { type ServiceScope, serviceScopes } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { readServiceCredentials } from '../src/clients/service-credentials.ts'
import { startTestIdentity } from './start-test-identity.ts'

type Call = { method: string; path: string; scope: ServiceScope; body?: string; type?: string }
const form = 'application/x-www-form-urlencoded'
const calls: Call[] = [
  { method: 'GET', path: '/events', scope: 'events.read' },
  { method: 'GET', path: '/events/snapshot', scope: 'events.read' },
  { method: 'POST', path: '/oauth/introspect', scope: 'tokens.introspect', body: 'token=x', type: form },
  { method: 'POST', path: '/oauth/revoke', scope: 'tokens.revoke', body: 'token=x', type: form },
  {
    method: 'POST',
    path: '/internal/sessions/lookup',
    scope: 'sessions.lookup',
    body: '{"ids":[]}',
    type: 'application/json',
  },
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

const sendTo = async (url: string, { method, path, body, type }: Call, name: string, secret: string) => {
  const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  const response = await fetch(url + path, {
    method,
    headers: { authorization, ...(type !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  return { status: response.status, code: text === '' ? undefined : (JSON.parse(text) as { code?: string }).code }
}

it.each(calls)(
  '$method $path is refused to an unknown name whatever its secret, and to a credential without the scope $scope',
  async (call) => {
    const { url } = await startIdentity(
      serviceScopes.filter((it) => it !== call.scope),
      call.scope,
    )
    for (const name of [...unknownNames, 'all', 'one', 'others']) {
      for (const secret of secretsFor(name)) {
        const answer = await sendTo(url, call, name, secret)
        expect(answer, JSON.stringify([name, secret])).toEqual({ status: 401, code: 'invalid_client' })
      }
    }
    expect(await sendTo(url, call, 'nobody', 'its secret')).toEqual({ status: 401, code: 'invalid_client' })
    expect(await sendTo(url, call, 'others', 'its secret')).toEqual({ status: 403, code: 'insufficient_scope' })
    // A line of 0.1.0 names no scope, and has them all.
    for (const name of ['all', 'one'])
      expect(await sendTo(url, call, name, 'its secret')).toMatchObject({ status: 200 })
  },
)
