import { describe, expect, it } from 'vitest'
import { contextWordsOf, createNewPasswordRules } from './new-password-rules.ts'

const check = createNewPasswordRules(contextWordsOf('https://login.example.com/api'))
const ada = { username: 'ada-lovelace', fullName: 'Augusta King' }
const refusalOf = (password: string) => {
  try {
    check(password, ada)
    return null
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('a new password', () => {
  it.each([
    ['Password1', 'password_too_common'],
    ['ADA-lovelace', 'password_like_username'],
    ['change-me', 'password_too_guessable'],
    ['gatehouse1', 'password_too_guessable'],
    ['Gatehouse2026!', 'password_too_guessable'],
    ['Password1!', 'password_too_guessable'],
    ['Welcome2024', 'password_too_guessable'],
    ['lovelace1815', 'password_too_guessable'],
    ['King_2024', 'password_too_guessable'],
    ['adalovelace1', 'password_too_guessable'],
    ['King Augusta 1', 'password_too_guessable'],
    ['KingAugusta99', 'password_too_guessable'],
    ['example.com', 'password_too_guessable'],
    ['Example123!', 'password_too_guessable'],
    ['12345678901234567890', 'password_too_guessable'],
    ['password'.repeat(32), 'password_too_guessable'],
    ['!!!!!!!!!!!!', 'password_too_guessable'],
  ])('must not be %s', (password, code) => {
    expect(refusalOf(password)).toBe(code)
  })

  it.each([
    'correct horse',
    'another horse',
    'a password of the benchmark',
    'x8Fk2pQz',
    'пароль и ещё слово',
    `${'a'.repeat(48)} correct horse`,
  ])('may be %s', (password) => {
    expect(refusalOf(password)).toBeNull()
  })
})
