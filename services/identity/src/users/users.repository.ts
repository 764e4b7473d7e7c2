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

// Any number, the same for all replicas.
const adminsLock = 7_310_004

/** Of users as `u`, for statements of other repositories too. */
export const userRows = rowsOf(userEntity, 'u')

// Real tables hold a handful; an import that makes up costs shall not make this slow.
const mostHashKinds = 200

const beginningWith = (text: string) => `${canonicalUsername(text).replaceAll(/[!%_]/g, '!$&')}%`

/** All SQL about users. Built on a manager, so joining a transaction is visible. */
export const usersIn = (manager: EntityManager) => {
  const users = manager.getRepository(userEntity)

  /** Holds off every other change of who is an admin until the transaction ends. */
  const lockAdmins = () => manager.query('SELECT pg_advisory_xact_lock($1)', [adminsLock])

  return {
    findByUsername: (username: string) => users.findOneBy({ username }),
    findById: (id: string) => users.findOneBy({ id }),
    /** The user as of now, behind whatever this transaction waited for; and the database's clock, which all replicas share. */
    findAndReadClock: async (id: string): Promise<{ user: User | null; now: Date }> => {
      const rows: (Record<string, unknown> & { now: Date })[] = await manager.query(
        `SELECT clock_timestamp() AS now, found.* FROM (VALUES (1)) AS once
           LEFT JOIN (SELECT ${userRows.selected} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL) found ON true`,
        [id],
      )
      const [row] = rows
      if (!row) throw new Error('the database answered without a row')
      return { user: userRows.read(row), now: row.now }
    },

    /** Holds off changes of this user until the transaction ends; several may hold it at once. */
    hold: (id: string) => users.findOne({ where: { id }, lock: { mode: 'pessimistic_read' } }),
    /** Holds off changes and other sign-ins of this user, so that their sessions are counted one after the other. */
    lockForSignIn: async (id: string): Promise<User | null> => {
      const rows: Record<string, unknown>[] = await manager.query(
        `SELECT ${userRows.selected} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL FOR NO KEY UPDATE`,
        [id],
      )
      return rows[0] ? userRows.read(rows[0]) : null
    },
    /** Two changes of one user commit in the order of their versions. */
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
    /** The same password in another form. */
    rehash: async (id: string, hashedPassword: string) => void (await users.update({ id }, { hashedPassword })),
    /**
     * Inserts those whose username and id are free, in one order: two imports of the same names wait for each other, and not
     * both at once. @returns the ids of those
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
    /** @returns the ids of those whose username and id are free */
    findUntaken: async (many: User[]): Promise<Set<string>> => {
      const where = [{ username: In(many.map((it) => it.username)) }, { id: In(many.map((it) => it.id)) }]
      const taken = await users.find({ where, withDeleted: true })
      const known = new Set(taken.flatMap((it) => [it.id, it.username]))
      return new Set(many.filter((it) => !known.has(it.id) && !known.has(it.username)).map((it) => it.id))
    },
    /** @returns those of these ids that deleted users had */
    findDeleted: async (ids: string[]): Promise<Set<string>> => {
      const rows: { id: string }[] = await manager.query('SELECT id FROM deleted_users WHERE id = ANY($1)', [ids])
      return new Set(rows.map((it) => it.id))
    },
    /**
     * Undoes insertions under ids that deleted users had. Asked before, the answer would miss a deletion that the insertion
     * had to wait for. @returns those ids
     */
    takeBackDeleted: async (ids: string[]): Promise<Set<string>> => {
      const [rows]: [{ id: string }[]] = await manager.query(
        'DELETE FROM users WHERE id = ANY($1) AND id IN (SELECT id FROM deleted_users) RETURNING id',
        [ids],
      )
      return new Set(rows.map((it) => it.id))
    },
    /** Its sessions go with it; its id stays behind, by a trigger. */
    delete: async (id: string) => void (await users.delete({ id })),

    isThereAny: () => users.exists(),

    /** Of those active admins who came first. Of our own algorithm alone: imported hashes may cost far more to try. */
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

    /** A page by username; usernames are in byte order, so the beginning of one is a range. */
    findPage: ({ search, state, after, limit }: UserQuery) => {
      const page = users.createQueryBuilder('u').orderBy('u.username').limit(limit)
      if (after !== undefined) page.andWhere('u.username > :after', { after })
      if (state !== undefined) page.andWhere('u.is_active = :isActive', { isActive: state === 'active' })
      if (search) page.andWhere("u.username LIKE :beginning ESCAPE '!'", { beginning: beginningWith(search) })
      return page.getMany()
    },

    /** The kinds of stored hashes but that of new ones: a step in an index for each, however many users there are. */
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
        [mostHashKinds],
      )
      return rows.map((it) => it.kind)
    },

    /** A page by id, which never changes. */
    findPageById: ({ after, limit }: { after: string | undefined; limit: number }) =>
      users.find({ where: after === undefined ? {} : { id: MoreThan(after) }, order: { id: 'ASC' }, take: limit }),
  }
}
