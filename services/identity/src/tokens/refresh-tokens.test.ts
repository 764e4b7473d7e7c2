import { describe, expect, it } from 'vitest'
import { createRefreshTokens } from './refresh-tokens.ts'

const sessionId = '0192d7b4-7c5a-7cc1-8f4e-3f9a4f7d2b10'
const [old, fresh] = ['an old secret of thirty-two characters', 'a new secret of thirty-two characters!']

describe('refresh tokens', () => {
  it('round-trip, and are deterministic', () => {
    const tokens = createRefreshTokens([fresh])
    const token = tokens.create(sessionId, 7)
    expect(token).toMatch(/^ghr_[\w-]{78}$/)
    expect(tokens.create(sessionId, 7)).toBe(token)
    expect(tokens.read(token)).toEqual({ sessionId, counter: 7 })
  })

  it('are rejected if any character is changed', () => {
    const tokens = createRefreshTokens([fresh])
    const token = tokens.create(sessionId, 7)
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(tokens.read(changed), `at ${at}`).toBeNull()
    }
  })

  it('stay valid after a change of secrets while the old one is listed', () => {
    const token = createRefreshTokens([old]).create(sessionId, 1)
    expect(createRefreshTokens([fresh, old]).read(token)).toEqual({ sessionId, counter: 1 })
    expect(createRefreshTokens([fresh]).read(token)).toBeNull()
  })
})
