import { startFakeIssuer } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startKeySet } from './key-set.ts'
import { createTokenVerifier } from './verify-token.ts'

const start = async (maxRemembered = 10) => {
  const issuer = await startFakeIssuer()
  onTestFinished(() => issuer.close())
  const keys = startKeySet({ jwksUri: issuer.jwksUri })
  onTestFinished(() => keys.stop())
  await keys.refresh()
  const { issuer: iss, audience } = issuer
  return { issuer, keys, tokens: createTokenVerifier({ issuer: iss, audience, keys, leewaySeconds: 0, maxRemembered }) }
}

describe('a token that was verified before', () => {
  it('is known by every byte of it', async () => {
    const { issuer, tokens } = await start()
    const token = await issuer.token()
    expect(tokens.recall(token), 'before').toBeUndefined()
    const claims = await tokens.verify(token)
    expect(tokens.recall(token)).toBe(claims)
    for (const at of [0, token.indexOf('.') + 20, token.length - 20]) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(tokens.recall(changed), `at ${at}`).toBeUndefined()
    }
  })

  it('that was refused is not remembered', async () => {
    const { issuer, tokens } = await start()
    const token = await issuer.token({ aud: 'others' })
    await expect(tokens.verify(token)).rejects.toThrow()
    expect(tokens.recall(token)).toBeUndefined()
  })

  it('expires all the same', async () => {
    const { issuer, tokens } = await start()
    const now = Math.floor(Date.now() / 1000)
    const token = await issuer.token({ iat: now, exp: now + 2 })
    await tokens.verify(token)
    expect(tokens.recall(token)).toBeDefined()
    await expect.poll(() => tokens.recall(token), { timeout: 4_000 }).toBeUndefined()
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('counts while its very key is published, and no longer', async () => {
    const { issuer, keys, tokens } = await start()
    const token = await issuer.token()
    await tokens.verify(token)
    const [first, second] = [await issuer.key(0), await issuer.key(1)]
    issuer.publish(first, second)
    await keys.refresh()
    expect(tokens.recall(token), 'a new set with the same key').toBeDefined()
    issuer.publish({ ...second, kid: first.kid, publicJwk: { ...second.publicJwk, kid: first.kid } })
    await keys.refresh()
    expect(tokens.recall(token), 'another key under the same kid').toBeUndefined()
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'token_signature' })
  })

  it('makes room for newer ones', async () => {
    const { issuer, tokens } = await start(2)
    const [one, two, three] = [await issuer.token(), await issuer.token(), await issuer.token()]
    for (const token of [one, two, three]) await tokens.verify(token)
    expect([one, two, three].map((it) => tokens.recall(it) !== undefined)).toEqual([false, true, true])
  })
})
