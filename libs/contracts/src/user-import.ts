import { z } from 'zod'
import { fullName, roles, username } from './user-administration.ts'

/** One line of `POST /users/import`. An `id` is kept, so that existing references to the user stay valid. */
export const importedUser = z.strictObject({
  id: z.uuid().optional(),
  username,
  hashed_password: z
    .string()
    .min(1)
    .max(1_000)
    .meta({ description: 'Argon2, bcrypt, scrypt or PBKDF2, in PHC or modular crypt format' }),
  full_name: fullName.default(null),
  is_active: z.boolean().default(true),
  roles: roles.default([]),
})
export type ImportedUser = z.infer<typeof importedUser>

export const importQuery = z.strictObject({ dry_run: z.stringbool().default(false) })

/** Why a row was rejected. */
export const importRefusal = z.object({
  line: z.int().positive(),
  username: z.string().optional(),
  code: z.enum(['invalid_row', 'unknown_hash', 'username_taken', 'id_deleted']),
  detail: z.string(),
})
export type ImportRefusal = z.infer<typeof importRefusal>

/** The last line, instead of the summary, of an import whose admin lost the session or the role before its end. */
export const importStopped = z.object({
  code: z.string().meta({ description: '`session_ended` or `insufficient_scope`' }),
  detail: z.string(),
  stopped_at: z.int().positive().meta({ description: 'nothing from this line on was imported' }),
})
export type ImportStopped = z.infer<typeof importStopped>

export const importSummary = z.object({ imported: z.int(), refused: z.int(), dry_run: z.boolean() })
