import type { PublicUser, UserState } from '@gatehouse/contracts'

/** The answer of `GET /auth/me`, made once for each version of a user. */
export const bodyOf = ({ id, username, full_name, is_active, roles }: UserState) =>
  Buffer.from(JSON.stringify({ id, username, full_name, is_active, roles } satisfies PublicUser))
