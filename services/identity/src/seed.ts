import { randomBytes } from 'node:crypto'
import { AppError, ConfigError, createLog, exitOnFailedStart, runAs } from '@gatehouse/service'
import { createAccounts } from './accounts/accounts.ts'
import { readSeedConfig } from './config.ts'
import { openDatabase } from './open-database.ts'
import { createOutbox } from './outbox/outbox.repository.ts'
import { openPasswords } from './passwords/passwords.ts'
import { newUsername } from './users/new-user.ts'

const log = createLog('seed', 'info')

/** What a rule refuses here is a setting that a person can mend. @throws ConfigError in the words of the rule */
const ruled = <Result>(setting: string, rule: () => Result) => {
  try {
    return rule()
  } catch (error) {
    throw error instanceof AppError ? new ConfigError(`${setting}: ${error.message}`) : error
  }
}

try {
  const { fullName, roles, ...config } = readSeedConfig()
  const username = ruled('SEED_USERNAME', () => newUsername(config.username))
  const password = config.password ?? randomBytes(18).toString('base64url')
  const passwords = await openPasswords(config, log)
  if (config.isProduction) ruled('SEED_PASSWORD', () => passwords.checkNew(password, { username, fullName }))
  const db = await openDatabase(config.databaseUrl, log)
  try {
    const accounts = createAccounts({ db, outboxIn: createOutbox(config.issuer), passwords })
    const made = await runAs('job:seed', () => accounts.createFirst({ username, password, fullName, roles }))
    if (made) log.info({ id: made.id, username, roles }, 'made the first user')
    else log.info('there are users already, nothing changed')
    // Not a log line: the one time that somebody can read it.
    if (made && config.password === undefined) process.stdout.write(`The password of ${username}: ${password}\n`)
  } finally {
    await db.destroy()
  }
} catch (error) {
  exitOnFailedStart(log, error)
}
