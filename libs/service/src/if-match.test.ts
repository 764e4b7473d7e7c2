import type { Request } from 'express'
import { expect, it } from 'vitest'
import { requireVersion } from './if-match.ts'

const requestWith = (header: string | undefined) => ({ get: () => header }) as unknown as Request

it.each([['*'], ['"2"'], ['"1", "2"'], ['"2","3"'], [' "1" , * ']])('accepts version 2 for %s', (header) => {
  expect(requireVersion(requestWith(header))(2)).toBeUndefined()
})

it.each([['"1"'], ['2'], ['W/"2"'], ['"12"'], ['"2'], ['"1", W/"2"'], ['']])('refuses version 2 for %s', (header) => {
  expect(() => requireVersion(requestWith(header))(2)).toThrow(
    expect.objectContaining({ code: 'version_conflict', status: 412 }),
  )
})

it('refuses a change without the header', () => {
  expect(() => requireVersion(requestWith(undefined))).toThrow(
    expect.objectContaining({ code: 'if_match_required', status: 428 }),
  )
})
