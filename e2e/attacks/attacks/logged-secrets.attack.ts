import { as } from '../../support/client.ts'
import { runSql } from '../../support/database.ts'
import { containers, logsOf } from '../../support/stack.ts'
import { signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'

const hash = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'

/** A check that fails makes any statement on users fail as an unforeseen one does. */
const breakUsers = () => runSql(`ALTER TABLE users ADD CONSTRAINT broken CHECK (username NOT LIKE 'broken-%')`)
const mendUsers = () => runSql('ALTER TABLE users DROP CONSTRAINT broken')

export const loggedSecrets: Attack = {
  finding: 'L2',
  title: 'the log contains password hashes, next to a statement that failed',
  plants: [
    {
      file: 'libs/service/src/log.ts',
      replace: [
        ['serializers: { err: (error) => loggedError(error) },', ''],
        ['streamWrite: (line) => redactSecrets(escapeInvisible(line))', 'streamWrite: (line) => line'],
      ],
    },
  ],
  run: async () => {
    const token = await signInAdmin()
    const since = new Date().toISOString()
    const username = `broken-${crypto.randomUUID()}`
    await breakUsers()
    try {
      const body = JSON.stringify({ username, hashed_password: hash })
      const headers = { 'content-type': 'application/x-ndjson' }
      const importing = as(token).send('POST', '/users/import', { headers, body })
      await importing.catch(() => 'cut short')
    } finally {
      await mendUsers()
    }
    const logs = (await Promise.all((await containers('identity', 'postgres')).map((it) => logsOf(it.Id, since)))).join(
      '\n',
    )
    if (!logs.includes('broken')) throw new Error('the failed statement is not in the log at all')
    const found = [hash, username].filter((it) => logs.includes(it))
    return {
      succeeded: found.length > 0,
      figures: `${logs.includes(hash) ? 'the hash' : 'no hash'} and ${logs.includes(username) ? 'the username' : 'no username'} in the log`,
    }
  },
}
