import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { acceptableKeys } from './acceptable-keys.ts'

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent })
const publish = (jwk: JsonWebKey, more: object = {}) => ({ ...jwk, kid: 'one', use: 'sig', alg: 'RS256', ...more })

const good = rsa(2048)
const goodJwk = good.publicKey.export({ format: 'jwk' })

describe('acceptable keys', () => {
  it.each([
    ['of 1024 bits', publish(rsa(1024).publicKey.export({ format: 'jwk' }))],
    ['with exponent 3', publish(rsa(2048, 3).publicKey.export({ format: 'jwk' }))],
    ['with its private members', publish(good.privateKey.export({ format: 'jwk' }))],
    ['with one private member', publish(goodJwk, { d: 'AQAB' })],
    ['for encryption', publish(goodJwk, { use: 'enc' })],
    ['without a use', publish(goodJwk, { use: undefined })],
    ['of algorithm RS512', publish(goodJwk, { alg: 'RS512' })],
    ['without an algorithm', publish(goodJwk, { alg: undefined })],
    ['of type oct', { kty: 'oct', k: 'c2VjcmV0', kid: 'one', use: 'sig', alg: 'RS256' }],
    ['on a curve', publish(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }))],
    ['without a kid', publish(goodJwk, { kid: undefined })],
    ['with an empty kid', publish(goodJwk, { kid: '' })],
    ['with a kid that is a path', publish(goodJwk, { kid: '../../etc/passwd' })],
    ['with a kid of 65 characters', publish(goodJwk, { kid: 'k'.repeat(65) })],
    ['with a number as kid', publish(goodJwk, { kid: 1 })],
    ['with a modulus that is no number', publish(goodJwk, { n: '' })],
    ['with a modulus that is no base64url', publish(goodJwk, { n: '!!!' })],
    ['with an exponent that is no number', publish(goodJwk, { e: '' })],
    ['that is null', null],
    ['that is text', 'key'],
    ['that is a list', []],
  ])('leave out a key %s, and keep the good one beside it', (_what, jwk) => {
    const beside = publish(goodJwk, { kid: 'beside' })
    expect([...acceptableKeys([jwk, beside]).keys()]).toEqual(['beside'])
  })

  it('leave out both keys of one kid, also when only one of them is good', () => {
    const twice = [publish(goodJwk), publish(rsa(2048).publicKey.export({ format: 'jwk' }))]
    expect(acceptableKeys(twice).size).toBe(0)
    expect(acceptableKeys([publish(goodJwk), { kid: 'one', kty: 'oct' }]).size).toBe(0)
  })

  it('are found by kid, whatever object property the kid is named after', () => {
    const keys = acceptableKeys([publish(goodJwk, { kid: '__proto__' })])
    expect(keys.get('__proto__')?.export({ format: 'jwk' })).toEqual(goodJwk)
    expect(keys.get('constructor')).toBeUndefined()
  })
})
