import type { Request } from 'express'
import { AppError } from './app-error.ts'

const required = () =>
  new AppError('precondition_required', 'if_match_required', 'Send If-Match with the ETag of the user that you saw.')
const failed = () =>
  new AppError('precondition_failed', 'version_conflict', 'The user has changed since. Read it again and decide anew.')

/**
 * The check that a change was made on the version that its author saw (RFC 9110 §13.1.1); `*` accepts any.
 * @throws AppError `if_match_required`; the returned check throws `version_conflict`
 */
export const requireVersion = (req: Request) => {
  const header = req.get('if-match')
  if (header === undefined) throw required()
  // If-Match compares strongly, so a weak tag never matches.
  const tags = header.split(',').map((tag) => tag.trim())
  return (version: number) => {
    if (!tags.includes('*') && !tags.includes(`"${version}"`)) throw failed()
  }
}
