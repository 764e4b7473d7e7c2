import { createHash, randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { env } from 'node:process'
import { brokerDefinitions } from './broker-definitions.ts'
import { readServices, serviceCredentials } from './service-credentials.ts'

// Run by compose before everything else. Every consumer has its own volume with only its own secrets. All values are stored in
// `kept`, which no consumer mounts, so running the job again writes the same ones.
const root = '/secrets'

// Postgres and RabbitMQ run in this group in their official images, and compose adds it to Nginx; the services of Gatehouse run as
// the user of this job.
const serverGroup = 999

const writeOnce = (path: string, content: string, group?: number) => {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return
  // Renamed when complete, so that no consumer reads a partial secret.
  writeFileSync(`${path}.new`, content, { mode: 0o440, flush: true })
  if (group !== undefined) chownSync(`${path}.new`, -1, group)
  renameSync(`${path}.new`, path)
}

const kept = (name: string) => {
  const path = `${root}/kept/${name}`
  if (!existsSync(path)) writeOnce(path, `${randomBytes(32).toString('base64url')}\n`)
  return readFileSync(path, 'utf8').trim()
}

const give = (consumer: string, files: Record<string, string>, group?: number) => {
  mkdirSync(`${root}/${consumer}`, { recursive: true })
  for (const [name, value] of Object.entries(files)) writeOnce(`${root}/${consumer}/${name}`, `${value}\n`, group)
}

// Read before anything is written, so that an invalid setting changes nothing.
const readConfiguredServices = () => {
  try {
    return readServices(env.SERVICES ?? '')
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(1)
  }
}
const services = readConfiguredServices()

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const owner = kept('database-owner')
const identity = kept('database-identity')
const brokerPasswords = {
  identity: kept('broker-identity'),
  gateway: kept('broker-gateway'),
  operator: kept('broker-operator'),
}
const gatewayCredential = kept('service-gateway')
const proxySecret = kept('proxy')

// Sent to identity only, because anybody who knows it could pose as the proxy. `volatile`, because one request may have two
// upstreams.
const proxySecretMap = `map $proxy_host $proxy_secret {
  volatile;
  default "";
  identity "${proxySecret}";
}`

give(
  'postgres',
  { 'superuser-password': kept('database-superuser'), 'owner-password': owner, 'identity-password': identity },
  serverGroup,
)
give('rabbitmq', { 'definitions.json': brokerDefinitions(brokerPasswords, kept('broker-salt')) }, serverGroup)
give('nginx', { 'proxy-secret.conf': proxySecretMap }, serverGroup)
give('migrate', { 'database-password': owner })
give('seed', { 'database-password': identity })
give('identity', {
  'database-password': identity,
  'broker-password': brokerPasswords.identity,
  'key-secrets': kept('key-secrets'),
  services: serviceCredentials(services, (name) => kept(`service-${name}`)),
  // In the format of 0.1.0, for a container of that release that restarts during an upgrade.
  'service-credentials': `gateway:${sha256(gatewayCredential)}`,
  'proxy-secret': proxySecret,
})
give('gateway', { 'broker-password': brokerPasswords.gateway, 'service-secret': gatewayCredential })
give('operator', { 'broker-password': brokerPasswords.operator })
process.stdout.write('the secrets are in place\n')
