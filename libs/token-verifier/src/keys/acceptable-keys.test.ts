import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { acceptableKeys } from './acceptable-keys.ts'

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent })
const publish = (jwk: JsonWebKey, more: object = {}) => ({ ...jwk, kid: 'one', use: 'sig', alg: 'RS256', ...more })

const valid = rsa(2048)
const validJwk = valid.publicKey.export({ format: 'jwk' })

describe('acceptable keys', () => {
  it.each([
    ['of 1024 bits', publish(rsa(1024).publicKey.export({ format: 'jwk' }))],
    ['with exponent 3', publish(rsa(2048, 3).publicKey.export({ format: 'jwk' }))],
    ['with its private members', publish(valid.privateKey.export({ format: 'jwk' }))],
    ['with one private member', publish(validJwk, { d: 'AQAB' })],
    ['for encryption', publish(validJwk, { use: 'enc' })],
    ['without a use', publish(validJwk, { use: undefined })],
    ['of algorithm RS512', publish(validJwk, { alg: 'RS512' })],
    ['without an algorithm', publish(validJwk, { alg: undefined })],
    ['of type oct', { kty: 'oct', k: 'c2VjcmV0', kid: 'one', use: 'sig', alg: 'RS256' }],
    ['on a curve', publish(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }))],
    ['without a kid', publish(validJwk, { kid: undefined })],
    ['with an empty kid', publish(validJwk, { kid: '' })],
    ['with a kid that is a path', publish(validJwk, { kid: '../../etc/passwd' })],
    ['with a kid of 65 characters', publish(validJwk, { kid: 'k'.repeat(65) })],
    ['with a number as kid', publish(validJwk, { kid: 1 })],
    ['with an empty modulus', publish(validJwk, { n: '' })],
    ['with a modulus that is no base64url', publish(validJwk, { n: '!!!' })],
    ['with an empty exponent', publish(validJwk, { e: '' })],
    ['that is null', null],
    ['that is text', 'key'],
    ['that is a list', []],
  ])('exclude a key %s, and include the valid one beside it', (_what, jwk) => {
    const beside = publish(validJwk, { kid: 'beside' })
    expect([...acceptableKeys([jwk, beside]).keys()]).toEqual(['beside'])
  })

  it('exclude both keys of one kid, even if only one of them is valid', () => {
    const twice = [publish(validJwk), publish(rsa(2048).publicKey.export({ format: 'jwk' }))]
    expect(acceptableKeys(twice).size).toBe(0)
    expect(acceptableKeys([publish(validJwk), { kid: 'one', kty: 'oct' }]).size).toBe(0)
  })

  it('are found by kid, whatever object property the kid is named after', () => {
    const keys = acceptableKeys([publish(validJwk, { kid: '__proto__' })])
    expect(keys.get('__proto__')?.export({ format: 'jwk' })).toEqual(validJwk)
    expect(keys.get('constructor')).toBeUndefined()
  })
})
