import { createHash } from 'node:crypto'
import pg from 'pg'

export const password = 'a password of the benchmark'
/** The cost of identity's configuration; a hash with another cost would be replaced at login. */
export const argon2Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Usernames of one length, so that searching a part of one finds equally many in a table of any size. */
export const usernameOf = (nth: number) => `user-${String(nth).padStart(7, '0')}`

/** Scattered like real ids, and computed alike in SQL and here. */
const uuidOf = (text: string) => {
  const hex = createHash('md5').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
export const userIdOf = (nth: number) => uuidOf(`user ${nth}`)
export const sessionIdOf = (nth: number) => uuidOf(`session ${nth}`)

const uuidSql = (kind: string) => `overlay(overlay(md5('${kind} ' || n) placing '4' from 13) placing '8' from 17)::uuid`

/** Fills an empty database with users 1 to `count` with the same password and a session each; the first is an admin. */
export const fillUsers = async (ownerUrl: string, count: number, hashedPassword: string) => {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(
      `INSERT INTO users (id, username, hashed_password, full_name, roles)
       SELECT ${uuidSql('user')}, 'user-' || lpad(n::text, 7, '0'), $2, 'User ' || n,
              CASE n WHEN 1 THEN '{admin}'::text[] ELSE '{}' END
         FROM generate_series(1, $1::int) AS n`,
      [count, hashedPassword],
    )
    await client.query(
      `INSERT INTO sessions (id, user_id, client_id, expires_at, idle_expires_at, device, address)
       SELECT ${uuidSql('session')}, ${uuidSql('user')}, 'gatehouse', now() + '7 days', now() + '7 days',
              'Mozilla/5.0 (X11; Linux x86_64)', '192.0.2.1'
         FROM generate_series(1, $1::int) AS n`,
      [count],
    )
    // Otherwise autovacuum disturbs the first measurement.
    await client.query('VACUUM ANALYZE users')
    await client.query('VACUUM ANALYZE sessions')
  } finally {
    await client.end()
  }
}
