import { z } from 'zod'
import { newPassword } from './password.ts'
import { plainText, wellFormedText } from './plain-text.ts'

/**
 * Body of `POST /auth/login`, as form or JSON (RFC 6749 §4.3.2). `scope` is accepted and ignored, as in the FastAPI module
 * that Gatehouse replaces. The password is neither trimmed nor checked against today's rules: every existing password must
 * work.
 */
export const loginForm = z.object({
  username: plainText.min(1).max(150),
  password: wellFormedText.min(1).max(256).meta({ format: 'password' }),
  new_password: newPassword.optional().meta({
    description: 'replaces `password` and ends all other sessions; required after `password_change_required`',
  }),
  grant_type: z.literal(['password', '']).optional(),
  scope: z.string().max(1000).optional(),
  client_id: z
    .string()
    .max(128)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
    .optional(),
  client_secret: z.string().max(256).optional(),
})
export type LoginForm = z.infer<typeof loginForm>

export const tokenResponse = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int().positive().meta({ description: 'seconds' }),
  refresh_token: z.string().meta({ description: 'opaque; for `POST /auth/refresh`' }),
})
export type TokenResponse = z.infer<typeof tokenResponse>
