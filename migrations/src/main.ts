import { createLog, exitOnFailedStart, readEnvironment, secretFile, withPassword } from '@gatehouse/service'
import { z } from 'zod'
import { migrate } from './migrate.ts'

const log = createLog('migrate', 'info')
try {
  const env = readEnvironment(z.object({ DATABASE_URL: z.url(), DATABASE_PASSWORD_FILE: secretFile.optional() }))
  const { ran, version } = await migrate(withPassword(env.DATABASE_URL, env.DATABASE_PASSWORD_FILE), { log })
  log.info({ ran, version }, ran.length > 0 ? 'migrated to the newest schema' : 'nothing to migrate')
} catch (error) {
  exitOnFailedStart(log, error)
}
