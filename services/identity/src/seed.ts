import { randomBytes } from 'node:crypto'
import { createLog, exitOnFailedStart, runAs } from '@gatehouse/service'
import { readSeedConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { createNewEvent } from './outbox/new-event.ts'
import { openPasswords } from './passwords/passwords.ts'
import { createCreateUser } from './users/create-user.ts'
import { canonicalUsername } from './users/username.ts'
import { usersIn } from './users/users.repository.ts'

const log = createLog('seed', 'info')
try {
  const { username, fullName, roles, ...config } = readSeedConfig()
  const db = await openDatabase(config.databaseUrl, log)
  try {
    if (await usersIn(db.manager).findByUsername(canonicalUsername(username))) {
      log.info({ username }, 'the user exists already, nothing changed')
    } else {
      const passwords = await openPasswords({ cost: config.argon2, contextWords: [] }, log)
      const createUser = createCreateUser({ db, passwords, newEvent: createNewEvent(config.issuer) })
      const password = config.password ?? randomBytes(18).toString('base64url')
      const { id } = await runAs('job:seed', () => createUser({ username, password, fullName, roles }, 'internal'))
      log.info({ id, username, roles }, 'made the user')
      // Not a log line: the one time that somebody can read it.
      if (config.password === undefined) process.stdout.write(`The password of ${username}: ${password}\n`)
    }
  } finally {
    await db.destroy()
  }
} catch (error) {
  exitOnFailedStart(log, error)
}
