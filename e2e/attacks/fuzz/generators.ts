import { oddClaims } from './odd-claims.ts'
import { oddHeaders } from './odd-headers.ts'
import { oddSpellings } from './odd-spellings.ts'
import { oddTexts } from './odd-texts.ts'
import { type Generate, good } from './recipe.ts'

/** One for each way to make a token that should not be trusted, and some that should. */
export const generators = {
  good: (it) => good(it),
  ...oddHeaders,
  ...oddClaims,
  ...oddTexts,
  ...oddSpellings,
} satisfies Record<string, Generate>
export type Generator = keyof typeof generators
