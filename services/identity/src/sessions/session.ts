import type { SessionState } from '@gatehouse/contracts'

/** One sign-in. Its end is final: there is no way back from `revokedAt`. */
export type Session = {
  id: string
  userId: string
  clientId: string
  createdAt: Date
  expiresAt: Date
  revokedAt: Date | null
}

export const sessionStateOf = (session: Session): SessionState => ({
  id: session.id,
  user_id: session.userId,
  client_id: session.clientId,
  created_at: session.createdAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
  revoked_at: session.revokedAt?.toISOString() ?? null,
})
