import { migrate } from '@gatehouse/migrations'
import { createLog } from '@gatehouse/service'
import { createTestDatabase } from '@gatehouse/testkit'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../src/open-database.ts'
import { userEntity } from '../src/users/user.entity.ts'

const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG'

it.each([
  ['a constraint', { username: 'planted-name' }],
  ['its type', { version: 1e300 }],
  ['its encoding', { fullName: 'planted\u0000' }],
])('the log of a row that is refused for %s holds neither hash nor name', async (_what, changed) => {
  const database = await createTestDatabase({ migrate })
  onTestFinished(() => database.drop())
  const lines: string[] = []
  const log = createLog('test', 'info', { write: (line: string) => void lines.push(line) })
  const db = await openDatabase(database.serviceUrl, log)
  onTestFinished(() => db.destroy())
  const users = db.getRepository(userEntity)
  const user = (more: object) => ({
    id: crypto.randomUUID(),
    username: 'ada',
    hashedPassword: hash,
    roles: [],
    ...more,
  })
  await users.insert(user({ username: 'planted-name' }))
  await users.insert(user(changed)).catch((error: unknown) => log.error({ err: error }, 'request failed'))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('QueryFailedError')
  expect(lines[0]).not.toMatch(/planted|argon2id|c29tZXNhbHRzYWx0|hashed_password/)
})
