import { z } from 'zod'

/** Text without lone surrogates, which databases and JSON parsers reject. */
export const wellFormedText = z.string().refine((text) => text.isWellFormed(), 'must be well-formed Unicode')

/** One line of text: no control characters, and so no NUL, which Postgres rejects. */
export const plainText = wellFormedText.regex(/^\P{Cc}*$/u, 'must have no control characters')
