import { serviceScopes } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { readServiceCredentials } from './service-credentials.ts'

const digest = 'a'.repeat(64)

describe('the file of service credentials', () => {
  it('grants a line of 0.1.0 every scope, and other lines their scopes', () => {
    const read = readServiceCredentials([`gateway:${digest}`, `mailing:events.read,tokens.introspect:${digest}`])
    expect([...(read.get('gateway')?.scopes ?? [])]).toEqual([...serviceScopes])
    expect([...(read.get('mailing')?.scopes ?? [])]).toEqual(['events.read', 'tokens.introspect'])
    expect(read.get('mailing')?.digest.toString('hex')).toBe(digest)
  })

  it.each([
    ['a name with a line break', `a\nb:${digest}`],
    ['a name with capitals', `Gateway:${digest}`],
    ['a name with a NUL', `a\0:${digest}`],
    ['an empty name', `:${digest}`],
    ['an unknown scope', `a:events.write:${digest}`],
    ['an empty scope', `a:events.read,:${digest}`],
    ['no scope between colons', `a::${digest}`],
    ['a truncated digest', `a:${digest.slice(1)}`],
  ])('rejects %s and does not repeat the digest', (_what, text) => {
    const read = () => readServiceCredentials([text])
    expect(read).toThrow(/^line 1/)
    expect(read).not.toThrow(digest)
  })

  it('rejects a duplicate name', () => {
    expect(() => readServiceCredentials([`a:${digest}`, `a:events.read:${digest}`])).toThrow('line 2 repeats a name')
  })
})
