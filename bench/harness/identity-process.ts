import { createHash, randomBytes } from 'node:crypto'
import { cpuSecondsOf, peakMemoryMib } from './process-figures.ts'
import { startServiceProcess, withoutPassword } from './service-process.ts'

/** Identity as it ships, with a database, a broker, and a credential for the service `bench`. */
export const startIdentityProcess = async (urls: { database: string; broker: string }, root?: string) => {
  const database = withoutPassword(urls.database)
  const broker = withoutPassword(urls.broker)
  const serviceSecret = randomBytes(32).toString('hex')
  const { url, pid, stop } = await startServiceProcess({
    name: 'identity',
    ...(root !== undefined && { root }),
    settings: (ownUrl, file) => ({
      ISSUER: `${ownUrl}/api`,
      DATABASE_URL: database.url,
      DATABASE_PASSWORD_FILE: file('database_password', database.password),
      BROKER_URL: broker.url,
      BROKER_PASSWORD_FILE: file('broker_password', broker.password),
      KEY_SECRETS_FILE: file('key_secrets', randomBytes(32).toString('hex')),
      SERVICE_CREDENTIALS_FILE: file(
        'service_credentials',
        `bench:${createHash('sha256').update(serviceSecret).digest('hex')}`,
      ),
    }),
  })
  return {
    url,
    pid,
    serviceAuthorization: `Basic ${btoa(`bench:${serviceSecret}`)}`,
    peakMemoryMib: () => peakMemoryMib(pid),
    cpuSeconds: () => cpuSecondsOf(pid),
    stop,
  }
}
export type IdentityProcess = Awaited<ReturnType<typeof startIdentityProcess>>
