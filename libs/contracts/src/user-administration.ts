import { z } from 'zod'
import { newPassword } from './password.ts'
import { plainText } from './plain-text.ts'
import { role, userState } from './user.ts'

// Checks the stored form: normalization can lengthen the text and turn compatibility characters into spaces.
const isName = (text: string) => {
  const canonical = text.normalize('NFKC').toLowerCase()
  return canonical.length <= 150 && !/[\p{Z}\p{Cc}]/u.test(canonical)
}
export const username = plainText.min(1).max(150).refine(isName, 'must have no spaces, and at most 150 characters')
export const fullName = plainText.max(200).nullable()
export const roles = z.array(role).max(32)

const mustChange = z.boolean().default(false).meta({
  description: 'the user must choose a new password at the first sign-in (`new_password` of `POST /auth/login`)',
})

/** Body of `POST /users`. */
export const newUser = z.strictObject({
  username,
  password: newPassword,
  full_name: fullName.default(null),
  roles: roles.default([]),
  must_change: mustChange,
})

/** Body of `PATCH /users/{id}` (RFC 7396). */
export const userPatch = z
  .strictObject({ username, full_name: fullName, roles })
  .partial()
  .refine((it) => Object.keys(it).length > 0, 'must change something')
export type UserPatch = z.infer<typeof userPatch>

/** Query of `GET /users`. */
export const userQuery = z.strictObject({
  search: plainText.max(150).optional().meta({ description: 'prefix of the username' }),
  state: z.enum(['active', 'inactive']).optional(),
  after: plainText.max(400).optional().meta({ description: '`next` of the previous page' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type UserQuery = z.infer<typeof userQuery>

export const userPage = z.object({ users: z.array(userState), next: z.string().nullable() })
export type UserPage = z.infer<typeof userPage>

/** Body of `POST /users/{id}/password`. */
export const passwordSet = z.strictObject({ new_password: newPassword, must_change: mustChange })
/** Body of `POST /auth/password`. */
export const passwordChange = z.strictObject({
  current_password: z.string().min(1).max(256),
  new_password: newPassword,
})
