import { z } from 'zod'
import { userState } from './user.ts'

export const maxSessionsPerLookup = 500

/** Body of `POST /internal/sessions/lookup`. An empty list is allowed: the response still has the time. */
export const sessionLookup = z.object({ ids: z.array(z.uuid()).max(maxSessionsPerLookup) })

/** `ended` covers revoked, expired and unknown sessions, and those of inactive users: verifiers treat them alike. */
export const lookedUpSession = z.discriminatedUnion('state', [
  z.object({ state: z.literal('active'), id: z.uuid(), expires_at: z.iso.datetime(), user: userState }),
  z.object({ state: z.literal('ended'), id: z.uuid() }),
])
export type LookedUpSession = z.infer<typeof lookedUpSession>

/** One entry for each requested id. `now_ms`: the database's clock at the time of reading, in ms since the epoch. */
export const sessionLookupAnswer = z.object({ now_ms: z.number(), sessions: z.array(lookedUpSession) })
export type SessionLookupAnswer = z.infer<typeof sessionLookupAnswer>
