import { randomBytes } from 'node:crypto'
import { AppError, ConfigError, createLog, exitOnFailedStart, runAs } from '@gatehouse/service'
import { createAccounts } from './accounts/accounts.ts'
import { readSeedConfig } from './config.ts'
import { openDatabase } from './open-database.ts'
import { createOutbox } from './outbox/outbox.repository.ts'
import { openPasswords } from './passwords/passwords.ts'
import { newUsername } from './users/new-user.ts'

const log = createLog('seed', 'info')

/** Turns a refused value into a configuration error. @throws ConfigError with the message of the rule */
const checked = <Result>(setting: string, rule: () => Result) => {
  try {
    return rule()
  } catch (error) {
    throw error instanceof AppError ? new ConfigError(`${setting}: ${error.message}`) : error
  }
}

try {
  const { fullName, roles, ...config } = readSeedConfig()
  const username = checked('SEED_USERNAME', () => newUsername(config.username))
  const password = config.password ?? randomBytes(18).toString('base64url')
  const passwords = await openPasswords(config, log)
  if (config.isProduction) checked('SEED_PASSWORD', () => passwords.checkNew(password, { username, fullName }))
  const db = await openDatabase(config.databaseUrl, log)
  try {
    const accounts = createAccounts({ db, outboxIn: createOutbox(config.issuer), passwords })
    const created = await runAs('job:seed', () => accounts.createFirst({ username, password, fullName, roles }))
    if (created) log.info({ id: created.id, username, roles }, 'created the first user')
    else log.info('users exist already, nothing changed')
    // Not a log line, and printed only once: nobody else can read the password.
    if (created && config.password === undefined) process.stdout.write(`The password of ${username}: ${password}\n`)
  } finally {
    await db.destroy()
  }
} catch (error) {
  exitOnFailedStart(log, error)
}
