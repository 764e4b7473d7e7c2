import { z } from 'zod'
import { cloudEvent } from './cloud-event.ts'
import { userState } from './user.ts'

/** Why a session ended. */
export const endReason = z.enum([
  'logout',
  'ended_by_user',
  'ended_by_admin',
  'token_revoked',
  'refresh_reuse',
  'password_changed',
  'user_deactivated',
  'user_deleted',
])
export type EndReason = z.infer<typeof endReason>

/** A session in an event. A `revoked_at` is final. */
export const sessionState = z.object({
  id: z.uuid(),
  user_id: z.uuid(),
  client_id: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  revoked_at: z.iso.datetime().nullable(),
})
export type SessionState = z.infer<typeof sessionState>

export const keyState = z.object({
  kid: z.string(),
  state: z.enum(['next', 'current', 'retiring', 'gone']),
})

export type KeyState = z.infer<typeof keyState>

const userData = z.object({
  user: userState,
  sessions_ended: z.boolean().optional().meta({
    description:
      'true: sessions of the user ended with this event, and some of their `session.revoked.v1` are still to come. Discard what you know about the sessions of this user and look them up again',
  }),
})
const sessionData = z.object({ session: sessionState })
const endedSessionData = sessionData.extend({
  reason: endReason,
  cause: z.string().max(64).optional().meta({
    description:
      'details of `reason`; new values may be added. `session_limit`: a new sign-in exceeded the limit; `wrong_passwords`: too many wrong current passwords in this session',
  }),
})
const repeatedRefreshData = sessionData.extend({
  reason: z.enum(['late', 'other_address']).meta({
    description:
      '`late`: after REFRESH_REUSE_SECONDS, as when the response was lost; `other_address`: within REFRESH_REUSE_SECONDS, but not from the address of the first use',
  }),
  address: z.string().nullable().meta({ description: 'address of the repeated request' }),
})
const deletedUserData = z.object({ user: z.object({ id: z.uuid(), version: z.int().positive() }) })
/** Contains no username: users sometimes type their password into that field. */
const failedLoginData = z.object({
  user_id: z.uuid().nullable().meta({ description: 'null if no such user exists' }),
  reason: z.enum(['unknown_user', 'wrong_password', 'user_deactivated', 'throttled']),
  address: z.string().nullable(),
  at: z.literal('password_change').optional().meta({ description: 'absent for a sign-in' }),
  count: z.int().positive().optional().meta({
    description: 'for `throttled`, which is sampled: attempts in this minute so far',
  }),
})
const keyData = z.object({ key: keyState })

/** Every event. Types, parser and documentation derive from this schema. */
export const gatehouseEvent = z.discriminatedUnion('type', [
  cloudEvent('user.created.v1', userData),
  cloudEvent('user.updated.v1', userData),
  cloudEvent('user.deactivated.v1', userData),
  cloudEvent('user.activated.v1', userData),
  cloudEvent('user.password_changed.v1', userData),
  cloudEvent('user.deleted.v1', deletedUserData),
  cloudEvent('session.started.v1', sessionData),
  cloudEvent('session.revoked.v1', endedSessionData),
  cloudEvent('session.expired.v1', sessionData),
  cloudEvent('session.refresh_repeated.v1', repeatedRefreshData),
  cloudEvent('login.failed.v1', failedLoginData),
  cloudEvent('key.published.v1', keyData),
  cloudEvent('key.activated.v1', keyData),
  cloudEvent('key.retired.v1', keyData),
])
export type GatehouseEvent = z.infer<typeof gatehouseEvent>
export type EventType = GatehouseEvent['type']
export const eventTypes: readonly EventType[] = gatehouseEvent.options.map((it) => it.shape.type.value)
export type EventOf<Type extends EventType> = Extract<GatehouseEvent, { type: Type }>
