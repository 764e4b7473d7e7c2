import { z } from 'zod'

/** Text of whole characters: lone surrogates are none, and no database or JSON parser downstream takes them. */
export const wellFormedText = z.string().refine((text) => text.isWellFormed(), 'must be well-formed Unicode')

/** On one line, too: no control characters, so also no NUL, which Postgres refuses. */
export const plainText = wellFormedText.regex(/^\P{Cc}*$/u, 'must have no control characters')
