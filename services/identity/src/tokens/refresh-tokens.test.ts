import { describe, expect, it } from 'vitest'
import { createRefreshTokens } from './refresh-tokens.ts'

const sessionId = '0192d7b4-7c5a-7cc1-8f4e-3f9a4f7d2b10'
const [old, fresh] = ['an old secret of thirty-two characters', 'a new secret of thirty-two characters!']

describe('refresh tokens', () => {
  it('are read as what they were made for, and made again alike', () => {
    const tokens = createRefreshTokens([fresh])
    const token = tokens.make(sessionId, 7)
    expect(token).toMatch(/^ghr_[\w-]{78}$/)
    expect(tokens.make(sessionId, 7)).toBe(token)
    expect(tokens.read(token)).toEqual({ sessionId, counter: 7 })
  })

  it('are refused once any character is changed', () => {
    const tokens = createRefreshTokens([fresh])
    const token = tokens.make(sessionId, 7)
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(tokens.read(changed), `at ${at}`).toBeNull()
    }
  })

  it('outlive a change of secrets for as long as the old one is listed', () => {
    const token = createRefreshTokens([old]).make(sessionId, 1)
    expect(createRefreshTokens([fresh, old]).read(token)).toEqual({ sessionId, counter: 1 })
    expect(createRefreshTokens([fresh]).read(token)).toBeNull()
  })
})
