import { Refusal } from '@gatehouse/token-verifier'
import type { DataSource, EntityManager } from 'typeorm'
import type { User } from '../users/user.ts'
import { userNotFound, usersIn } from '../users/users.repository.ts'
import { sessionsIn } from './sessions.repository.ts'

/**
 * Who changes something: somebody who acts by a session, and by a role where the call asks for one; or one of us: a job, a
 * command, a service.
 */
export type Actor = { userId: string; sessionId: string; role: 'admin' | null } | 'internal'

export const sessionEnded = () => new Refusal('session_ended', 'This session has ended. Sign in again.')
export const adminNeeded = () => new Refusal('insufficient_scope', 'This call requires the role admin.')

/**
 * Locks the rows of who acts and of who is changed, always in the order of their ids, so that two who act on each other take turns.
 * Sessions are locked after users, and never before.
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
  // A statement of its own, behind the locks: it sees what others did while this one waited for them.
  const session = await sessionsIn(tx).holdLive(actor.sessionId)
  if (session?.userId !== actor.userId) throw sessionEnded()
  if (actor.role !== null && !session.user.roles.includes(actor.role)) throw adminNeeded()
}

/**
 * One transaction of somebody who still counts in it. An eviction of the actor has come first, and this refuses, or it waits until
 * this is done: what was begun before it does not go on after it.
 * @param targetId whose row is locked, and handed over if there is such a user
 * @throws Refusal `session_ended`, `insufficient_scope`
 */
export const actAs = <Result>(
  db: DataSource,
  actor: Actor,
  targetId: string | null,
  act: (tx: EntityManager, target: User | null) => Promise<Result>,
): Promise<Result> =>
  db.transaction(async (tx) => {
    // One spelling: Postgres takes more for the same id, and the order of locks must be one.
    const target = await lockUsers(tx, actor, targetId?.toLowerCase() ?? null)
    await checkActor(tx, actor)
    return act(tx, target)
  })

/** The same for a change of a user that there is. @throws Refusal as `actAs`; AppError `user_not_found` */
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
