import { describe, expect, it } from 'vitest'
import { parseForm } from './body.ts'

describe('parseForm', () => {
  it.each([
    ['a broken escape', 'username=%zz', 'invalid_form'],
    ['bytes that are not UTF-8', 'username=%ff', 'invalid_form'],
    ['an escape cut short', 'username=ada%2', 'invalid_form'],
    ['a repeated field', 'username=ada&username=bob', 'repeated_field'],
    ['a field repeated under another spelling', 'username=ada&user%6eame=bob', 'repeated_field'],
  ])('refuses %s', (_what, text, code) => {
    expect(() => parseForm(text)).toThrow(expect.objectContaining({ code }))
  })

  it('reads forms of curl and of browsers', () => {
    expect(parseForm('username=ada+l&password=a%26b%3D%2B%20c&empty=')).toEqual({
      username: 'ada l',
      password: 'a&b=+ c',
      empty: '',
    })
  })
})
