import { execIn } from '../../support/stack.ts'
import type { Attack } from '../attack.ts'

const lines = [
  `INSERT INTO audit_log (at, actor, action) VALUES ('2000-01-01', 'x', 'x')`,
  `INSERT INTO audit_log (seq, actor, action) VALUES (9223372036854775807, 'x', 'x')`,
  `INSERT INTO outbox (seq, id, aggregate_id, type, payload) VALUES (9223372036854775807, gen_random_uuid(), 'x', 'x', '{}')`,
  `UPDATE outbox SET payload = '{}'`,
  `UPDATE audit_log SET actor = 'x'`,
  'DELETE FROM audit_log',
  'TRUNCATE audit_log',
]

export const forgedRecord: Attack = {
  finding: 'L6',
  title: 'identity’s database role backdates, renumbers, changes or deletes lines of the security log',
  plants: [
    {
      file: 'migrations/src/sql/0008-records-and-refresh.sql',
      replace: [
        ['REVOKE INSERT ON audit_log FROM gatehouse_identity;', ''],
        ['REVOKE INSERT, UPDATE ON outbox FROM gatehouse_identity;', ''],
      ],
    },
  ],
  run: async () => {
    const password = (await execIn('identity', 'cat', '/run/secrets/database-password')).trim()
    const url = `postgres://gatehouse_identity:${password}@127.0.0.1/gatehouse`
    const done: string[] = []
    for (const sql of lines) {
      const attempt = `BEGIN; ${sql}; ROLLBACK;`
      try {
        await execIn('postgres', 'psql', url, '--quiet', '--set=ON_ERROR_STOP=1', '--command', attempt)
        done.push(sql)
      } catch (error) {
        if (!String(error).includes('permission denied')) throw error
      }
    }
    return {
      succeeded: done.length > 0,
      figures: `${done.length} of ${lines.length} statements allowed${done.length > 0 ? `: ${done.join('; ')}` : ''}`,
    }
  },
}
