import { z } from 'zod'

/** A role name. It cannot contain a comma, so that a list of roles fits one header. */
export const rolePattern = /^[a-z][a-z0-9_:-]{0,63}$/
export const role = z
  .string()
  .regex(rolePattern, 'must be a-z, 0-9, _, : and -, begin with a letter, and have at most 64 characters')

/** Body of `GET /auth/me`: that of the FastAPI module that Gatehouse replaces, plus `roles`. */
export const publicUser = z.object({
  id: z.uuid(),
  username: z.string().min(1).max(150),
  full_name: z.string().max(200).nullable(),
  is_active: z.boolean(),
  roles: z.array(role).max(32),
})
export type PublicUser = z.infer<typeof publicUser>

/** The whole state of a user, without the password hash. Every change increments `version`: keep the highest. */
export const userState = publicUser.extend({
  version: z.int().positive(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
export type UserState = z.infer<typeof userState>

/** Path parameter of `/users/{id}` and of calls below it. */
export const userPath = z.object({ id: z.uuid() })

/** Query of `GET /auth/verify`. Strict: a misspelt `?rol=admin` would let every user in. */
export const verifyQuery = z.strictObject({
  role: role.optional().meta({ description: 'require this role' }),
})
