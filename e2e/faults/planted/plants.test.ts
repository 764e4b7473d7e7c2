import { expect, it } from 'vitest'
import { planted, plants } from './plants.ts'

it('a plant whose source has changed says so', () => {
  expect(() => planted('another source', plants['no floor'])).toThrow('no longer holds')
})
