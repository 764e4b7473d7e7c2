import {
  brokerEnvironment,
  ConfigError,
  drainMsOf,
  issuer,
  readEnvironment,
  secretFile,
  serviceEnvironment,
  wholeNumber,
  withPassword,
} from '@gatehouse/service'
import { longestKeyRefreshMs } from '@gatehouse/token-verifier'
import { z } from 'zod'
import { readServiceCredentials } from './clients/service-credentials.ts'

const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '')

/** One secret per line. The first encrypts, all decrypt. */
const keySecrets = secretFile
  .transform(lines)
  .pipe(z.tuple([z.string().min(32, 'each line must be a secret of at least 32 characters')], z.string().min(32)))

/** One credential per line; see `readServiceCredentials`. */
const serviceCredentials = secretFile.transform((text, context) => {
  try {
    return readServiceCredentials(lines(text))
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

export const databaseEnvironment = { DATABASE_URL: z.url(), DATABASE_PASSWORD_FILE: secretFile.optional() }

const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment,
  PORT: wholeNumber(0, 65_535).default(3001),
  ...brokerEnvironment,
  ISSUER: issuer,
  AUDIENCE: z.string().min(1).default('gatehouse'),
  ACCESS_TOKEN_EXPIRE_MINUTES: wholeNumber(1, 43_200).default(480),
  SESSION_EXPIRE_MINUTES: wholeNumber(1, 525_600).default(10_080),
  SESSION_IDLE_MINUTES: wholeNumber(1, 525_600).optional(),
  MAX_SESSIONS_PER_USER: wholeNumber(1, 10_000).default(100),
  REFRESH_REUSE_SECONDS: wholeNumber(0, 300).default(10),
  KEY_ROTATION_DAYS: wholeNumber(1, 3_650).default(30),
  KEY_ROTATION_SECONDS: wholeNumber(2, 86_400).optional(),
  JWKS_MAX_AGE_SECONDS: wholeNumber(1, 3_600).default(60),
  KEY_SECRETS_FILE: keySecrets,
  SERVICE_CREDENTIALS_FILE: serviceCredentials,
  PROXY_SECRET_FILE: secretFile.optional(),
})

const keyTimesOf = (env: z.output<typeof environment>) => ({
  rotationMs: (env.KEY_ROTATION_SECONDS ?? env.KEY_ROTATION_DAYS * 86_400) * 1000,
  // Rotation in seconds is for experiments: gateways learn of new keys by events, other verifiers may lag behind.
  activationDelayMs: env.KEY_ROTATION_SECONDS ? 2_000 : env.JWKS_MAX_AGE_SECONDS * 1000 + longestKeyRefreshMs,
  tokenLifetimeMs: env.ACCESS_TOKEN_EXPIRE_MINUTES * 60_000,
})

// As OWASP recommends for Argon2id.
const argon2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// An idle limit as OWASP ASVS 5.0, 7.3.1, requires. One day: a daily user signs in once a day.
const defaultIdleMinutes = 1_440

/** The default lies between the lifetimes of access token and session, so that it is always valid. */
const idleMinutesOf = (env: z.output<typeof environment>) =>
  env.SESSION_IDLE_MINUTES ??
  Math.min(env.SESSION_EXPIRE_MINUTES, Math.max(defaultIdleMinutes, env.ACCESS_TOKEN_EXPIRE_MINUTES))

/** @throws ConfigError if a session could end before its access tokens expire */
const checkLifetimes = (env: z.output<typeof environment>) => {
  const shortest = Math.min(env.SESSION_EXPIRE_MINUTES, idleMinutesOf(env))
  if (shortest >= env.ACCESS_TOKEN_EXPIRE_MINUTES) return
  throw new ConfigError(
    'SESSION_EXPIRE_MINUTES and SESSION_IDLE_MINUTES must be at least ACCESS_TOKEN_EXPIRE_MINUTES: a session lives at least as long as its access tokens.',
  )
}

/** The only reader of environment variables. @throws ConfigError that lists all problems */
export const readIdentityConfig = (from?: NodeJS.ProcessEnv) => {
  const env = readEnvironment(environment, from)
  checkLifetimes(env)
  return {
    logLevel: env.LOG_LEVEL,
    http: { host: env.HOST, port: env.PORT, drainMs: drainMsOf(env), proxySecret: env.PROXY_SECRET_FILE },
    databaseUrl: withPassword(env.DATABASE_URL, env.DATABASE_PASSWORD_FILE),
    // Waiting for a connection and then for a query takes at most 1.8 s, so that clients get a 503 within 2 s.
    databaseWithinMs: 900,
    brokerUrl: withPassword(env.BROKER_URL, env.BROKER_PASSWORD_FILE),
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    accessTokenSeconds: env.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
    sessions: {
      lifetimeMs: env.SESSION_EXPIRE_MINUTES * 60_000,
      idleMs: idleMinutesOf(env) * 60_000,
      reuseMs: env.REFRESH_REUSE_SECONDS * 1000,
    },
    maxSessionsPerUser: env.MAX_SESSIONS_PER_USER,
    jwksMaxAgeSeconds: env.JWKS_MAX_AGE_SECONDS,
    keyTimes: keyTimesOf(env),
    keySecrets: env.KEY_SECRETS_FILE,
    serviceCredentials: env.SERVICE_CREDENTIALS_FILE,
    argon2,
  }
}
export type IdentityConfig = ReturnType<typeof readIdentityConfig>

// Passwords from documentation, first our own default for laptops.
const knownPasswords = ['changeme', 'change-me', 'admin', 'password', 'administrator', 'gatehouse', '12345678']

const seedEnvironment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment,
  ISSUER: issuer,
  SEED_USERNAME: z.string().min(1).max(150).default('admin'),
  SEED_PASSWORD: z.string().min(8).max(256).optional(),
  SEED_LAPTOP_PASSWORD: z.string().min(8).max(256).optional(),
  SEED_FULL_NAME: z.string().max(200).optional(),
  SEED_ROLES: z
    .string()
    .regex(/^[a-z][a-z0-9_:-]*(,[a-z][a-z0-9_:-]*)*$/, 'must be comma-separated role names')
    .optional(),
})

/** Configuration of the seed job. @throws ConfigError, also for a well-known password in production */
export const readSeedConfig = (from?: NodeJS.ProcessEnv) => {
  const env = readEnvironment(seedEnvironment, from)
  const isProduction = env.NODE_ENV === 'production'
  if (isProduction && knownPasswords.includes((env.SEED_PASSWORD ?? '').toLowerCase())) {
    throw new ConfigError(
      'SEED_PASSWORD is a well-known password, which NODE_ENV=production forbids. Choose another, or leave it unset to have one generated.',
    )
  }
  return {
    databaseUrl: withPassword(env.DATABASE_URL, env.DATABASE_PASSWORD_FILE),
    issuer: env.ISSUER,
    username: env.SEED_USERNAME,
    isProduction,
    password: env.SEED_PASSWORD ?? (isProduction ? undefined : env.SEED_LAPTOP_PASSWORD),
    fullName: env.SEED_FULL_NAME ?? null,
    roles: env.SEED_ROLES?.split(',') ?? [],
    argon2,
  }
}
