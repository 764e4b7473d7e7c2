import { describe, expect, it } from 'vitest'
import { usernameProblem } from './new-username.ts'

describe('a new username', () => {
  it.each([
    ['nothing but a byte order mark', '\ufeff'],
    ['nothing but spaces', '  '],
    ['a space', 'ada l'],
    ['a zero-width space', 'a\u200bda'],
    ['a zero-width joiner', 'a\u200dda'],
    ['a word joiner', 'ada\u2060'],
    ['a soft hyphen', 'a\u00adda'],
    ['a direction override', 'ada\u202e'],
    ['a direction isolate', '\u2066ada\u2069'],
    ['a Hangul filler', '\u3164'],
    ['a half-width Hangul filler', 'ada\uffa0'],
    ['an old Hangul letter', '\u1100ada'],
    ['a variation selector', 'ada\ufe0f'],
    ['a language tag', 'ada\u{e0061}'],
    ['a noncharacter', 'ada\u{1ffff}'],
    ['a private-use character', 'ada\ue000'],
    ['an emoji', 'ada😀'],
    ['a leading combining mark', '\u0301ada'],
    ['stacked combining marks', 'a\u0300\u0316\u0301\u0317\u0302\u0318da'],
    ['Cyrillic among Latin letters', '\u0430dmin'],
    ['Greek among Latin letters', 'adm\u03b9n'],
    ['Cherokee letters', '\u13aa\u13a0'],
    ['Cyrillic letters that all look Latin', '\u0441\u043e\u0441\u043e'],
    ['Greek letters that all look Latin', '\u03bf\u03bf\u03bf'],
    ['a Latin letter that looks like another', '\u0251dmin'],
    ['a dotless i', 'adm\u0131n'],
    ['digits of two scripts', 'ada1\u0661'],
    ['both kinds of Arabic digits', '\u0645\u0661\u06f1'],
    ['digits before letters that run from right to left', '12\u0645'],
    ['more than 150 characters', 'a'.repeat(151)],
    ['a name longer than 150 characters once normalized', '\ufdfa'.repeat(50)],
  ])('must not be %s', (_what, name) => {
    expect(usernameProblem(name)).toEqual(expect.any(String))
  })

  it.each([
    ['plain', 'ada'],
    ['an e-mail address', 'Ada.L_1+x@example.com'],
    ['full-width letters', '\uff41\uff44\uff41'],
    ['with an accent', 'müller'],
    ['with a combining accent', 'mu\u0308ller'],
    ['Cyrillic', 'иван1'],
    ['Greek', 'λάμβδα'],
    ['Arabic', 'مريم12'],
    ['Hebrew', 'שרה'],
    ['Japanese with Latin letters', '山田taroたろ'],
    ['Korean', '김철수'],
    ['Hindi', 'रमेश'],
    ['Thai', 'สมชาย'],
    ['a digit', '1'],
  ])('may be %s', (_what, name) => {
    expect(usernameProblem(name)).toBeNull()
  })
})
