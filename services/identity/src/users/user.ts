import type { PublicUser, UserState } from '@gatehouse/contracts'

export type User = {
  id: string
  username: string
  hashedPassword: string
  fullName: string | null
  isActive: boolean
  /** An admin set the password; the user must choose a new one at the next sign-in. */
  mustChangePassword: boolean
  roles: string[]
  version: number
  /** Incremented to end all sessions: those with a lower generation are invalid. */
  sessionGeneration: number
  /** Set while a deleted user still has sessions or events to delete. The user is then invisible. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/**
 * Whether the verified password is still current. Hash or version must be unchanged: a concurrent sign-in of an imported user
 * replaces the hash, but not the version.
 */
export const isStillPasswordOf = (verified: User, now: User) =>
  now.hashedPassword === verified.hashedPassword || now.version === verified.version

/** The public part of a user. */
export const publicUserOf = (user: User): PublicUser => ({
  id: user.id,
  username: user.username,
  full_name: user.fullName,
  is_active: user.isActive,
  roles: user.roles,
})

/** Whether the user fits `publicUser`: jobs of early releases accepted other names. */
export const isPresentable = ({ username, fullName, roles }: User) =>
  username.length >= 1 && username.length <= 150 && (fullName?.length ?? 0) <= 200 && roles.length <= 32

/** The whole state without the password hash, for events and look-ups. */
export const userStateOf = (user: User): UserState => ({
  ...publicUserOf(user),
  version: user.version,
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
})
