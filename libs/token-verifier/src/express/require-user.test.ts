import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type FakeIssuer, startFakeIssuer } from '@gatehouse/testkit'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requireRole, requireUser } from './require-user.ts'

/** An Express service as another team would write it. */
const startService = async (issuer: FakeIssuer) => {
  const app = express()
  const guard = requireUser({ issuer: issuer.issuer, audience: issuer.audience })
  onTestFinished(() => guard.close())
  app.use(guard)
  app.get('/me', (req, res) => void res.json(req.user))
  app.get('/admin', requireRole('admin'), (_req, res) => void res.json('welcome'))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async (path: string, authorization?: string) => {
    const response = await fetch(url + path, { headers: authorization === undefined ? {} : { authorization } })
    return {
      status: response.status,
      type: response.headers.get('content-type')?.split(';')[0],
      challenge: response.headers.get('www-authenticate'),
      retryAfter: response.headers.get('retry-after'),
      body: await response.json(),
    }
  }
}
const startIssuer = async () => {
  const issuer = await startFakeIssuer()
  onTestFinished(() => issuer.close())
  return issuer
}
const type = 'application/problem+json'

describe('requireUser', () => {
  it('answers 401 with a challenge without an error when the token is missing', async () => {
    const call = await startService(await startIssuer())
    expect(await call('/me')).toMatchObject({
      status: 401,
      type,
      challenge: 'Bearer realm="gatehouse"',
      body: { code: 'token_missing', status: 401, title: 'Unauthorized' },
    })
    expect(await call('/me?access_token=x', 'Basic eDp5')).toMatchObject({
      status: 401,
      body: { code: 'token_missing' },
    })
  })

  it('refuses a malformed request and an invalid token', async () => {
    const issuer = await startIssuer()
    const call = await startService(issuer)
    const one = await issuer.token()
    expect(await call('/me', `Bearer ${one}, Bearer ${one}`)).toMatchObject({
      status: 400,
      type,
      challenge: 'Bearer realm="gatehouse", error="invalid_request"',
      body: { code: 'invalid_request' },
    })
    for (const token of ['x', await issuer.token({ exp: 1, iat: 1 }), await issuer.token({ aud: 'others' })]) {
      expect(await call('/me', `Bearer ${token}`)).toMatchObject({
        status: 401,
        type,
        challenge: 'Bearer realm="gatehouse", error="invalid_token"',
        body: { code: 'invalid_token' },
      })
    }
  })

  it('answers 503 while no key set can be fetched, and recovers by itself', async () => {
    const issuer = await startIssuer()
    await issuer.goDown()
    const call = await startService(issuer)
    const token = `Bearer ${await issuer.token()}`
    const answer = await call('/me', token)
    expect(answer).toMatchObject({ status: 503, type, retryAfter: '1', body: { code: 'cannot_verify' } })
    await issuer.goUp()
    await expect.poll(async () => (await call('/me', token)).status, { timeout: 5_000 }).toBe(200)
  })

  it('sets the user of the request', async () => {
    const issuer = await startIssuer()
    const call = await startService(issuer)
    const token = await issuer.token({ preferred_username: 'grace', roles: ['ops'] })
    expect(await call('/me', `bearer ${token}`)).toMatchObject({
      status: 200,
      body: { username: 'grace', roles: ['ops'], claims: { preferred_username: 'grace' } },
    })
  })

  it('does not start without issuer or audience, nor with a maximum key age below two refreshes', () => {
    expect(() => requireUser({ issuer: '', audience: 'a' })).toThrow()
    expect(() => requireUser({ issuer: 'http://127.0.0.1:1', audience: '' })).toThrow()
    expect(() => requireUser({ issuer: 'http://127.0.0.1:1', audience: 'a', maxKeyAgeSeconds: 119 })).toThrow('age')
    const half = { issuer: 'http://127.0.0.1:1', audience: 'a', events: 'amqp://127.0.0.1:1' }
    expect(() => requireUser(half as never)).toThrow('identity')
  })
})

describe('requireRole', () => {
  it('refuses a user without the role and accepts one with it', async () => {
    const issuer = await startIssuer()
    const call = await startService(issuer)
    expect(await call('/admin', `Bearer ${await issuer.token({ roles: ['ops'] })}`)).toMatchObject({
      status: 403,
      type,
      challenge: 'Bearer realm="gatehouse", error="insufficient_scope"',
      body: { code: 'insufficient_scope' },
    })
    expect(await call('/admin', `Bearer ${await issuer.token({ roles: ['admin'] })}`)).toMatchObject({ status: 200 })
  })
})
