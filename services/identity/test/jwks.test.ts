import { jwks } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

describe('GET /.well-known/jwks.json', () => {
  it('publishes public members only, cacheable', async () => {
    const identity = await startTestIdentity()
    const first = await identity.readJwks()
    const { keys } = jwks.parse(first.body)
    expect(keys).toHaveLength(1)
    for (const key of keys) {
      expect(key.kid, 'RFC 7638').toBe(await calculateJwkThumbprint(key))
      expect(Buffer.from(key.n, 'base64url').length * 8).toBeGreaterThanOrEqual(2048)
    }
    expect(first.headers.get('cache-control')).toBe('public, max-age=60')
  })

  it('stays the same over restarts and replicas, and the private half is stored encrypted', async () => {
    const identity = await startTestIdentity()
    const replica = await identity.startReplica()
    expect((await replica.readJwks()).body).toEqual((await identity.readJwks()).body)
    const [row] = await identity.query('SELECT * FROM signing_keys')
    expect(row.encrypted_private_key).toMatch(/^[\w-]{8}\.[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(JSON.stringify(row)).not.toMatch(/PRIVATE|"d"/)
  })

  it('publishes within seconds a key that another replica made', async () => {
    const identity = await startTestIdentity()
    await identity.query(
      `INSERT INTO signing_keys (kid, state, public_jwk, encrypted_private_key)
       SELECT 'made', 'next', public_jwk || '{"kid":"made"}', encrypted_private_key FROM signing_keys`,
    )
    const kids = async () => jwks.parse((await identity.readJwks()).body).keys.map((it) => it.kid)
    await eventually(async () => expect(await kids()).toContain('made'))
  })
})

describe('GET /.well-known/oauth-authorization-server', () => {
  it('names the issuer and where its keys are', async () => {
    const identity = await startTestIdentity()
    const { body } = await identity.readMetadata()
    expect(body).toMatchObject({ issuer: identity.issuer, jwks_uri: `${identity.issuer}/.well-known/jwks.json` })
  })
})
