import { Refusal } from '@gatehouse/token-verifier'
import type { DataSource, EntityManager } from 'typeorm'
import type { User } from '../users/user.ts'
import { userNotFound, usersIn } from '../users/users.repository.ts'
import { sessionsIn } from './sessions.repository.ts'

/**
 * The author of a change: a user with a session, and with a role if the call requires one; or `internal` for a job, a command
 * or a service.
 */
export type Actor = { userId: string; sessionId: string; role: 'admin' | null } | 'internal'

export const sessionEnded = () => new Refusal('session_ended', 'This session has ended. Sign in again.')
export const adminNeeded = () => new Refusal('insufficient_scope', 'This call requires the role admin.')

/**
 * Locks the rows of actor and target in the order of their ids, so that two users who change each other cannot deadlock.
 * Sessions are always locked after users.
 */
const lockUsers = async (tx: EntityManager, actor: Actor, targetId: string | null): Promise<User | null> => {
  const users = usersIn(tx)
  const lockTarget = async () => (targetId === null ? null : users.lock(targetId))
  if (actor === 'internal' || actor.userId === targetId) return lockTarget()
  if (targetId !== null && targetId < actor.userId) {
    const target = await lockTarget()
    await users.hold(actor.userId)
    return target
  }
  await users.hold(actor.userId)
  return lockTarget()
}

/** @throws Refusal `session_ended`, `insufficient_scope` */
const checkActor = async (tx: EntityManager, actor: Actor) => {
  if (actor === 'internal') return
  // A separate statement after the locks, so that it sees changes committed while waiting for them.
  const session = await sessionsIn(tx).holdLive(actor.sessionId)
  if (session?.userId !== actor.userId) throw sessionEnded()
  if (actor.role !== null && !session.user.roles.includes(actor.role)) throw adminNeeded()
}

/**
 * Runs a transaction in which the actor's session and role are verified and locked. If they were revoked before, it refuses;
 * a later revocation waits for it. No change of an actor commits after its revocation.
 * @param targetId the user to lock; `target` is null if there is none
 * @throws Refusal `session_ended`, `insufficient_scope`
 */
export const actAs = <Result>(
  db: DataSource,
  actor: Actor,
  targetId: string | null,
  act: (tx: EntityManager, target: User | null) => Promise<Result>,
): Promise<Result> =>
  db.transaction(async (tx) => {
    // Lower case, because Postgres accepts several spellings of a UUID, and the lock order must not depend on them.
    const target = await lockUsers(tx, actor, targetId?.toLowerCase() ?? null)
    await checkActor(tx, actor)
    return act(tx, target)
  })

/** As `actAs`, for an existing user. @throws Refusal as `actAs`; AppError `user_not_found` */
export const changeAs = <Result>(
  db: DataSource,
  actor: Actor,
  targetId: string,
  change: (tx: EntityManager, target: User) => Promise<Result>,
): Promise<Result> =>
  actAs(db, actor, targetId, (tx, target) => {
    if (!target) throw userNotFound()
    return change(tx, target)
  })
