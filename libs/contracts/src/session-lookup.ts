import { z } from 'zod'
import { userState } from './user.ts'

export const maxSessionsPerLookup = 500

/** `POST /internal/sessions/lookup`: which of these sessions count. An empty list just asks for the time. */
export const sessionLookup = z.object({ ids: z.array(z.uuid()).max(maxSessionsPerLookup) })

/** Ended covers revoked, expired, unknown and "its user is not active": to a verifier they are one. */
export const lookedUpSession = z.discriminatedUnion('state', [
  z.object({ state: z.literal('active'), id: z.uuid(), expires_at: z.iso.datetime(), user: userState }),
  z.object({ state: z.literal('ended'), id: z.uuid() }),
])
export type LookedUpSession = z.infer<typeof lookedUpSession>

/** One entry for each id asked. `now_ms`: the database's clock at the moment of reading, in ms since the epoch. */
export const sessionLookupAnswer = z.object({ now_ms: z.number(), sessions: z.array(lookedUpSession) })
export type SessionLookupAnswer = z.infer<typeof sessionLookupAnswer>
