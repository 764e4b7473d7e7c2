import type { Request } from 'express'
import { AppError } from './app-error.ts'

const required = () =>
  new AppError('precondition_required', 'if_match_required', 'Send If-Match with the ETag of the user.')
const failed = () =>
  new AppError(
    'precondition_failed',
    'version_conflict',
    'The user has changed since you read it. Read it again and retry.',
  )

/**
 * Reads `If-Match` (RFC 9110 §13.1.1) and returns a check of a version against it; `*` accepts any version.
 * @throws AppError `if_match_required`; the returned check throws `version_conflict`
 */
export const requireVersion = (req: Request) => {
  const header = req.get('if-match')
  if (header === undefined) throw required()
  // If-Match uses strong comparison: a weak tag never matches.
  const tags = header.split(',').map((tag) => tag.trim())
  return (version: number) => {
    if (!tags.includes('*') && !tags.includes(`"${version}"`)) throw failed()
  }
}
