import {
  brokerEnvironment,
  drainMsOf,
  issuer,
  readEnvironment,
  secretFile,
  serviceEnvironment,
  wholeNumber,
  withPassword,
} from '@gatehouse/service'
import { z } from 'zod'

const environment = z.object({
  ...serviceEnvironment,
  PORT: wholeNumber(0, 65_535).default(3002),
  ISSUER: issuer,
  AUDIENCE: z.string().regex(/^\S+$/, 'must be a single word').default('gatehouse'),
  IDENTITY_URL: z.url({ protocol: /^https?$/ }),
  SERVICE_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'must consist of a-z, 0-9 and -, and begin with a letter')
    .default('gateway'),
  SERVICE_SECRET_FILE: secretFile,
  ...brokerEnvironment,
  DOCS: z.enum(['on', 'off']).default('on'),
  STALE_GRACE_SECONDS: wholeNumber(0, 86_400).default(0),
  MAX_SESSIONS: wholeNumber(1_000, 10_000_000).default(200_000),
})

/** The only reader of environment variables. @throws ConfigError that lists all problems */
export const readGatewayConfig = (from?: NodeJS.ProcessEnv) => {
  const env = readEnvironment(environment, from)
  return {
    logLevel: env.LOG_LEVEL,
    host: env.HOST,
    port: env.PORT,
    drainMs: drainMsOf(env),
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    identityUrl: env.IDENTITY_URL,
    serviceName: env.SERVICE_NAME,
    serviceSecret: env.SERVICE_SECRET_FILE,
    brokerUrl: withPassword(env.BROKER_URL, env.BROKER_PASSWORD_FILE),
    showsDocs: env.DOCS === 'on',
    staleGraceMs: env.STALE_GRACE_SECONDS * 1000,
    maxSessions: env.MAX_SESSIONS,
  }
}
export type GatewayConfig = ReturnType<typeof readGatewayConfig>
