import type { UserQuery } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import { ArrayContains, type EntityManager, In, Like, MoreThan, QueryFailedError } from 'typeorm'
import { rowsOf } from '../database/entity-rows.ts'
import { userEntity } from './user.entity.ts'
import type { User } from './user.ts'
import { canonicalUsername } from './username.ts'

export const userNotFound = () => new AppError('not_found', 'user_not_found', 'There is no user with this id.')
const usernameTaken = () => new AppError('conflict', 'username_taken', 'Another user has this username.')

const uniqueViolation = '23505'
const isUsernameTaken = (error: unknown) =>
  error instanceof QueryFailedError &&
  (error.driverError as { code?: string }).code === uniqueViolation &&
  (error.driverError as { table?: string }).table === 'users'

// Advisory lock, the same for all replicas.
const adminsLock = 7_310_004

/** Columns of users as `u`, also for statements of other repositories. */
export const userRows = rowsOf(userEntity, 'u')

// Tables have a handful of kinds. The limit bounds the query if an import contains invented costs.
const maxHashKinds = 200

const prefixPattern = (text: string) => `${canonicalUsername(text).replaceAll(/[!%_]/g, '!$&')}%`

/** SQL for users. It takes a manager, so that joining a transaction is explicit. */
export const usersIn = (manager: EntityManager) => {
  const users = manager.getRepository(userEntity)

  /** Blocks other changes of admins until the transaction ends. */
  const lockAdmins = () => manager.query('SELECT pg_advisory_xact_lock($1)', [adminsLock])

  return {
    findByUsername: (username: string) => users.findOneBy({ username }),
    findById: (id: string) => users.findOneBy({ id }),
    /** The latest committed user, and the database's clock, which all replicas share. */
    findAndReadClock: async (id: string): Promise<{ user: User | null; now: Date }> => {
      const rows: (Record<string, unknown> & { now: Date })[] = await manager.query(
        `SELECT clock_timestamp() AS now, found.* FROM (VALUES (1)) AS once
           LEFT JOIN (SELECT ${userRows.selected} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL) found ON true`,
        [id],
      )
      const [row] = rows
      if (!row) throw new Error('the database returned no row')
      return { user: userRows.read(row), now: row.now }
    },

    /** Share-locks a user: blocks changes until the transaction ends. */
    hold: (id: string) => users.findOne({ where: { id }, lock: { mode: 'pessimistic_read' } }),
    /** Blocks changes and other sign-ins of this user, so that its sessions are counted one sign-in at a time. */
    lockForSignIn: async (id: string): Promise<User | null> => {
      const rows: Record<string, unknown>[] = await manager.query(
        `SELECT ${userRows.selected} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL FOR NO KEY UPDATE`,
        [id],
      )
      return rows[0] ? userRows.read(rows[0]) : null
    },
    /** Locks a user for a change, so that changes commit in the order of their versions. */
    lock: (id: string) => users.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }),

    /** @throws AppError `username_taken` */
    insert: async (user: User) => {
      try {
        await users.insert(user)
      } catch (error) {
        throw isUsernameTaken(error) ? usernameTaken() : error
      }
    },

    /** @throws AppError `username_taken` */
    update: async (user: User) => {
      try {
        await users.update({ id: user.id }, user)
      } catch (error) {
        throw isUsernameTaken(error) ? usernameTaken() : error
      }
    },
    /** Replaces the hash of an unchanged password. */
    rehash: async (id: string, hashedPassword: string) => void (await users.update({ id }, { hashedPassword })),
    /**
     * Inserts the users whose username and id are free. They are sorted, so that two imports of the same users cannot deadlock.
     * @returns the ids of the inserted users
     */
    insertUntaken: async (many: User[]): Promise<Set<string>> => {
      const rows: { id: string }[] = await manager.query(
        `INSERT INTO users (id, username, hashed_password, full_name, is_active, roles, version, created_at, updated_at)
         SELECT id, username, "hashedPassword", "fullName", "isActive",
                ARRAY(SELECT jsonb_array_elements_text(roles)), version, "createdAt", "updatedAt"
           FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, username text, "hashedPassword" text, "fullName" text,
                "isActive" boolean, roles jsonb, version int, "createdAt" timestamptz, "updatedAt" timestamptz)
          ORDER BY username
         ON CONFLICT DO NOTHING RETURNING id`,
        [JSON.stringify(many)],
      )
      return new Set(rows.map((it) => it.id))
    },
    /** @returns the ids of the users whose username and id are free */
    findUntaken: async (many: User[]): Promise<Set<string>> => {
      const where = [{ username: In(many.map((it) => it.username)) }, { id: In(many.map((it) => it.id)) }]
      const taken = await users.find({ where, withDeleted: true })
      const known = new Set(taken.flatMap((it) => [it.id, it.username]))
      return new Set(many.filter((it) => !known.has(it.id) && !known.has(it.username)).map((it) => it.id))
    },
    /** @returns the ids that belonged to deleted users */
    findDeleted: async (ids: string[]): Promise<Set<string>> => {
      const rows: { id: string }[] = await manager.query('SELECT id FROM deleted_users WHERE id = ANY($1)', [ids])
      return new Set(rows.map((it) => it.id))
    },
    /**
     * Deletes inserted users whose ids belonged to deleted users. A check before the insertion would miss a deletion for
     * which the insertion waits. @returns their ids
     */
    removeReusedIds: async (ids: string[]): Promise<Set<string>> => {
      const [rows]: [{ id: string }[]] = await manager.query(
        'DELETE FROM users WHERE id = ANY($1) AND id IN (SELECT id FROM deleted_users) RETURNING id',
        [ids],
      )
      return new Set(rows.map((it) => it.id))
    },
    /** Also deletes the sessions. A trigger keeps the id in `deleted_users`. */
    delete: async (id: string) => void (await users.delete({ id })),

    exist: () => users.exists(),

    /** Hashes of the first active admins, only Argon2id: other imported hashes may cost far more to verify. */
    findAdminHashes: async () => {
      const where = { isActive: true, roles: ArrayContains(['admin']), hashedPassword: Like('$argon2id$%') }
      const first = await users.find({ select: { hashedPassword: true }, where, order: { id: 'ASC' }, take: 20 })
      return first.map((it) => it.hashedPassword)
    },

    lockAdmins,
    lockAndCountAdmins: async () => {
      await lockAdmins()
      return users.countBy({ isActive: true, roles: ArrayContains(['admin']) })
    },

    /** A page by username. Usernames are in byte order, so a prefix search is a range of the index. */
    findPage: ({ search, state, after, limit }: UserQuery) => {
      const page = users.createQueryBuilder('u').orderBy('u.username').limit(limit)
      if (after !== undefined) page.andWhere('u.username > :after', { after })
      if (state !== undefined) page.andWhere('u.is_active = :isActive', { isActive: state === 'active' })
      if (search) page.andWhere("u.username LIKE :prefix ESCAPE '!'", { prefix: prefixPattern(search) })
      return page.getMany()
    },

    /** The kinds of stored hashes, except that of new hashes. One index step per kind, for any number of users. */
    findHashKinds: async (): Promise<string[]> => {
      const rows: { kind: string }[] = await manager.query(
        `WITH RECURSIVE found AS (
           (SELECT foreign_hash_kind(hashed_password) AS kind FROM users
             WHERE foreign_hash_kind(hashed_password) IS NOT NULL ORDER BY 1 LIMIT 1)
           UNION ALL
           SELECT (SELECT foreign_hash_kind(hashed_password) FROM users
                    WHERE foreign_hash_kind(hashed_password) > found.kind ORDER BY 1 LIMIT 1)
             FROM found WHERE found.kind IS NOT NULL)
         SELECT kind FROM found WHERE kind IS NOT NULL LIMIT $1`,
        [maxHashKinds],
      )
      return rows.map((it) => it.kind)
    },

    /** A page by id. */
    findPageById: ({ after, limit }: { after: string | undefined; limit: number }) =>
      users.find({ where: after === undefined ? {} : { id: MoreThan(after) }, order: { id: 'ASC' }, take: limit }),
  }
}
