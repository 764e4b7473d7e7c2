import type { PublicUser, UserState } from '@gatehouse/contracts'

export type User = {
  id: string
  username: string
  hashedPassword: string
  fullName: string | null
  isActive: boolean
  /** Set by somebody else, so it lets its owner in only to be changed. */
  mustChangePassword: boolean
  roles: string[]
  version: number
  /** Raised when all sessions end: those of a lower one count no more. */
  sessionGeneration: number
  /** Since when the user is gone for everybody, while sessions and personal data are still to go. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/**
 * Whether the password that was tried is still this user's. Two first sign-ins at once of an imported user both bring a new
 * hash of one password, and no new version.
 */
export const isStillPasswordOf = (tried: User, now: User) =>
  now.hashedPassword === tried.hashedPassword || now.version === tried.version

/** What others may know of a user. */
export const publicUserOf = (user: User): PublicUser => ({
  id: user.id,
  username: user.username,
  full_name: user.fullName,
  is_active: user.isActive,
  roles: user.roles,
})

/** Whether others can read it: early releases took names that `publicUser` does not, when a job was given them. */
export const isPresentable = ({ username, fullName, roles }: User) =>
  username.length >= 1 && username.length <= 150 && (fullName?.length ?? 0) <= 200 && roles.length <= 32

/** The whole state without the hash, as events and look-ups carry it. */
export const userStateOf = (user: User): UserState => ({
  ...publicUserOf(user),
  version: user.version,
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
})
