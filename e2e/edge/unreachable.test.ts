import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/client.ts'
import { sendPath } from '../support/raw-http.ts'

const spellings = (name: string) => [
  `/${name}`,
  `/${name}/`,
  `//${name}`,
  `/api/${name}`,
  `/api/${name}/`,
  `/api/${name}?x=1`,
  `/api/${name};x=1`,
  `/api//${name}`,
  `/api/./${name}`,
  `/api/%2e/${name}`,
  `/api/${name.toUpperCase()}`,
  `/API/${name}`,
  `/api/%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
  `/api/%25${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
  `/api/%2f${name}`,
  `/api%2f${name}`,
  `/api/auth/../${name}`,
  `/api/auth/%2e%2e/${name}`,
  `/api/auth/..%2f${name}`,
  `/api/auth/%2e%2e%2f${name}`,
  `/api/auth/..%5c${name}`,
  `/api/auth/..;/${name}`,
  `/api/users/../${name}`,
  `/api/users/x/../../${name}`,
  `/api/.well-known/../${name}`,
  `/.well-known/../${name}`,
  `/.well-known/..%2f${name}`,
  `/api/docs/../${name}`,
  `/api/docs/%2e%2e/${name}`,
  `/api/docs/..%2f${name}`,
  `/api/health/../${name}`,
  `/api\\${name}`,
  `http://identity:3001/${name}`,
  `http://gateway:3002/${name}`,
]

/** Refused as an unknown path; 400 only where the path itself is ill-formed. */
const expectUnreachable = async (path: string, options: Parameters<typeof sendPath>[1]) => {
  const answer = await sendPath(path, options)
  const { status } = refusalOf(answer)
  expect([400, 404]).toContain(status)
  // The service itself would ask for a credential, or answer.
  expect(answer.headers.get('www-authenticate')).toBeNull()
  expect(answer.text).not.toMatch(/# HELP|now_ms/)
}

describe('from outside', () => {
  it.each(spellings('metrics'))('there are no metrics at %s', async (path) => {
    await expectUnreachable(path, {})
    await expectUnreachable(path, { host: 'gateway:3002' })
  })

  it.each(spellings('internal/sessions/lookup'))('there is no look-up of sessions at %s', async (path) => {
    const headers = ['Content-Type: application/json', 'Content-Length: 0']
    await expectUnreachable(path, { method: 'POST', headers })
    await expectUnreachable(path, { method: 'POST', headers, host: 'identity:3001' })
  })

  it.each(['/metrics', '/internal/sessions/lookup', '/api/metrics', '/api/internal/sessions/lookup'])(
    '%s is answered like any unknown path',
    async (path) => {
      expect(refusalOf(await sendPath(path))).toEqual({ status: 404, code: 'not_found' })
    },
  )
})
