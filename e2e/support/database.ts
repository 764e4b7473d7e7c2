import { execIn } from './stack.ts'

/** As the superuser, over the local socket. */
export const runSql = (sql: string) =>
  execIn('postgres', 'psql', '--username=postgres', '--no-align', '--tuples-only', '--command', sql, 'gatehouse')

export const dumpDatabase = () => execIn('postgres', 'pg_dump', '--username=postgres', 'gatehouse')

/** Forgets failed sign-ins: all tests call from one address, and those of other files count against it. */
export const forgetThrottles = () => runSql('DELETE FROM login_throttles')
