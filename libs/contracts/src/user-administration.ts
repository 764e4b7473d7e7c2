import { z } from 'zod'
import { newPassword } from './password.ts'
import { role, userState } from './user.ts'

export const username = z
  .string()
  .min(1)
  .max(150)
  .regex(/^[^\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+$/u, 'must have no spaces and no control characters')
export const fullName = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must have no control characters')
  .nullable()
export const roles = z.array(role).max(32)

/** Body of `POST /users`. */
export const newUser = z.strictObject({
  username,
  password: newPassword,
  full_name: fullName.default(null),
  roles: roles.default([]),
})

/** Body of `PATCH /users/{id}` (RFC 7396); needs `If-Match` with the ETag last seen. */
export const userPatch = z
  .strictObject({ username, full_name: fullName, roles })
  .partial()
  .refine((it) => Object.keys(it).length > 0, 'must change something')
export type UserPatch = z.infer<typeof userPatch>

/** Query of `GET /users`. */
export const userQuery = z.strictObject({
  search: z.string().max(150).optional().meta({ description: 'beginning of the username' }),
  state: z.enum(['active', 'inactive']).optional(),
  after: z.string().max(400).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type UserQuery = z.infer<typeof userQuery>

export const userPage = z.object({ users: z.array(userState), next: z.string().nullable() })
export type UserPage = z.infer<typeof userPage>

/** Body of `POST /users/{id}/password`. */
export const passwordSet = z.strictObject({ new_password: newPassword })
/** Body of `POST /auth/password`. */
export const passwordChange = z.strictObject({
  current_password: z.string().min(1).max(256),
  new_password: newPassword,
})
