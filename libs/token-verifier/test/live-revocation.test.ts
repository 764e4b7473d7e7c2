import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { silentLog, startPublisher } from '@gatehouse/events'
import { createTestVhost, eventually, newUser, startFakeIdentity, startFakeIssuer } from '@gatehouse/testkit'
import express from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { requireRole, requireUser } from '../src/token-verifier.ts'

/** A service with live revocation, and a signed-in user. */
const start = async () => {
  const [issuer, vhost] = await Promise.all([startFakeIssuer(), createTestVhost()])
  onTestFinished(async () => void (await Promise.all([issuer.close(), vhost.drop()])))
  const identity = await startFakeIdentity(issuer.jwksUri)
  onTestFinished(() => identity.close())
  const publisher = startPublisher({ url: vhost.identityUrl, name: 'test relay', log: silentLog })
  onTestFinished(() => publisher.stop())
  const beat = () => void publisher.publishHeartbeat({ as_of: Date.now(), sent_at: Date.now() })
  const timer = setInterval(beat, 100)
  onTestFinished(() => clearInterval(timer))

  const { issuer: iss, audience } = issuer
  const warn = vi.fn()
  const where = { events: vhost.gatewayUrl, identity: identity.urlWithCredential }
  const guard = requireUser({ issuer: iss, audience, ...where, log: { ...silentLog, warn } })
  onTestFinished(() => guard.close())
  const app = express().use(guard)
  app.get('/me', (req, res) => void res.json(req.user))
  app.get('/admin', requireRole('admin'), (_req, res) => void res.json('welcome'))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const user = newUser({ roles: ['admin'] })
  const sid = crypto.randomUUID()
  identity.sessions.set(sid, user)
  const authorization = `Bearer ${await issuer.token({ sub: user.id, sid, roles: [] })}`
  const get = async (path: string) => {
    const answer = await fetch(url + path, { headers: { authorization } })
    return { status: answer.status, body: await answer.json() }
  }
  const publish = async (type: 'session.revoked.v1' | 'user.updated.v1', data: object) => {
    const id = crypto.randomUUID()
    const about = { specversion: '1.0', id, source: iss, type, subject: user.id, time: new Date().toISOString() }
    const more = { datacontenttype: 'application/json', dataschema: `${iss}/schemas/${type}.json`, sequence: 2, data }
    const event = { id, type, body: JSON.stringify({ ...about, ...more }) }
    await eventually(async () => expect(await publisher.publishAll([event])).toEqual(['confirmed']))
  }
  /** Waits until events keep the session fresh: it is accepted a second after its look-up while identity fails. */
  const untilFresh = () =>
    eventually(
      async () => {
        identity.behave('answers')
        await get('/me')
        identity.behave('fails')
        await delay(1_050)
        const { status } = await get('/me')
        identity.behave('answers')
        expect(status).toBe(200)
      },
      { withinMs: 10_000 },
    )
  return { identity, user, sid, get, publish, untilFresh, warn, silence: () => clearInterval(timer) }
}

describe('requireUser with live revocation', () => {
  it('refuses within a second of the event, without a look-up', async () => {
    const { get, publish, untilFresh, user, sid, identity } = await start()
    expect(await get('/me')).toMatchObject({ status: 200, body: { id: user.id, username: 'ada' } })
    await untilFresh()
    identity.behave('fails')
    const session = {
      id: sid,
      user_id: user.id,
      client_id: 'gatehouse',
      created_at: user.created_at,
      expires_at: '2100-01-01T00:00:00.000Z',
      revoked_at: user.created_at,
    }
    await publish('session.revoked.v1', { session, reason: 'logout' })
    const refused = async () => expect(await get('/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    await eventually(refused, { withinMs: 1_000 })
  })

  it('uses the current roles, not those of the token', async () => {
    const { get, publish, user, untilFresh } = await start()
    await untilFresh()
    expect(await get('/admin'), 'assigned after the token was issued').toMatchObject({ status: 200 })
    await publish('user.updated.v1', { user: { ...user, roles: [], version: 2 } })
    const refused = async () =>
      expect(await get('/admin')).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
    await eventually(refused, { withinMs: 1_000 })
  })

  it('looks sessions up without heartbeats, and answers 503 when identity fails too', async () => {
    const { get, untilFresh, identity, sid, silence, warn } = await start()
    await untilFresh()
    silence()
    warn.mockClear()
    identity.behave('fails')
    await eventually(async () =>
      expect(await get('/me')).toMatchObject({ status: 503, body: { code: 'cannot_verify' } }),
    )
    expect(warn, 'and to the log of the service').toHaveBeenCalledWith({ err: expect.anything() }, expect.anything())
    identity.behave('answers')
    expect(await get('/me')).toMatchObject({ status: 200 })
    identity.sessions.delete(sid)
    // The last look-up is trusted for a second.
    const refused = async () => expect(await get('/me')).toMatchObject({ status: 401 })
    await eventually(refused, { withinMs: 1_500 })
  })
})
