import { z } from 'zod'

/** A role is a plain token, so that a list of them fits one header, comma between. */
export const rolePattern = /^[a-z][a-z0-9_:-]{0,63}$/
export const role = z.string().regex(rolePattern)

/** What `GET /auth/me` answers; the shape of the FastAPI module that Gatehouse replaces, plus `roles`. */
export const publicUser = z.object({
  id: z.uuid(),
  username: z.string().min(1).max(150),
  full_name: z.string().max(200).nullable(),
  is_active: z.boolean(),
  roles: z.array(role).max(32),
})
export type PublicUser = z.infer<typeof publicUser>

/** The whole state of a user, without the hash. `version` is raised by every change, so the highest one wins. */
export const userState = publicUser.extend({
  version: z.int().positive(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
export type UserState = z.infer<typeof userState>

/** Path parameter of everything below `/users/{id}`. */
export const userPath = z.object({ id: z.uuid() })

/** Query of `GET /auth/verify`. Strict: a misspelt `?rol=admin` would let everybody in. */
export const verifyQuery = z.strictObject({
  role: role.optional().meta({ description: 'let in only who has this role' }),
})
