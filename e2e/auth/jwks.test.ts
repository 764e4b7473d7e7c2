import { serverMetadata } from '@gatehouse/contracts'
import { createClient } from '@gatehouse/testkit'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { gatehouse } from '../support/client.ts'
import { sendPath } from '../support/raw-http.ts'
import { api, site } from '../support/stack.ts'
import { signInAdmin } from '../support/users.ts'

let token: string
beforeAll(async () => {
  token = await signInAdmin()
})

const checks = { audience: 'gatehouse', algorithms: ['RS256'], typ: 'at+jwt', requiredClaims: ['sub', 'jti', 'sid'] }

describe('a downstream service with another library', () => {
  it('verifies a token with nothing but the published metadata and keys', async () => {
    const { issuer } = serverMetadata.parse((await gatehouse().readMetadata()).body)
    const keys = createRemoteJWKSet(new URL(`${api()}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(token, keys, { ...checks, issuer })
    expect(payload).toMatchObject({ preferred_username: 'admin', roles: ['admin'] })
  })
})

describe('the key set', () => {
  it('may be cached and is not sent again while it is the same', async () => {
    const first = await gatehouse().readJwks()
    expect(first.headers.get('cache-control')).toMatch(/max-age=\d+/)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).not.toBe('')
    // Sent bare: fetch adds `Cache-Control: no-cache` to such a request, which asks for the whole answer.
    const again = await sendPath('/api/.well-known/jwks.json', { headers: [`If-None-Match: ${etag}`] })
    expect(again).toMatchObject({ status: 304, text: '' })
  })

  it('is told by metadata that stands also where RFC 8414 looks for it', async () => {
    const below = await gatehouse().readMetadata()
    const { issuer, jwks_uri } = serverMetadata.parse(below.body)
    expect(issuer).toBe(decodeJwt(token).iss)
    expect(jwks_uri).toBe(`${issuer}/.well-known/jwks.json`)
    const inserted = await createClient(site()).send('GET', '/.well-known/oauth-authorization-server/api')
    expect(inserted).toMatchObject({ status: 200, body: below.body })
  })
})
