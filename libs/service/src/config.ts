import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** All problems of the environment, one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The value of `NAME_FILE` is a path. The parsed value is the content of the file without its final newline. */
export const secretFile = z.string().transform((path, context) => {
  try {
    const secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    if (secret !== '') return secret
    context.addIssue({ code: 'custom', message: `the file ${path} is empty` })
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot read the file: ${(error as Error).message}` })
  }
  return z.NEVER
})

/** Parses an integer. Unlike `Number.parseInt` it rejects `80a`. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))

/** Variables of every service. */
export const serviceEnvironment = {
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z.string().default('0.0.0.0'),
}

/** An absolute URL without query or fragment (RFC 8414 §2), not normalized: tokens carry it literally. */
export const issuer = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/[?#]|\/$/.test(url), 'must have no query, no fragment and no trailing slash')
  .default('http://localhost:8080/api')

/** How long a stopping service drains: until Nginx has resolved the replicas again. Tests and laptops do not wait. */
export const drainMsOf = (env: { NODE_ENV: string }) => (env.NODE_ENV === 'production' ? 2_000 : 0)

/** Variables of every process that uses the broker. */
export const brokerEnvironment = {
  BROKER_URL: z.url({ protocol: /^amqps?$/ }),
  BROKER_PASSWORD_FILE: secretFile.optional(),
}

/**
 * Parses the environment. An empty variable counts as unset, because compose files pass unset ones as empty. The error does not
 * repeat values: they may be secrets.
 * @throws ConfigError that lists all problems
 */
export const readEnvironment = <Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv = process.env,
): z.output<Schema> => {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(set)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.')
    return `  ${name}: ${name !== '' && set[name] === undefined ? 'is not set' : issue.message}`
  })
  throw new ConfigError(`The configuration has ${problems.length} problem(s):\n${problems.join('\n')}`)
}

/** Adds a password to a URL. @throws ConfigError if the URL already has one */
export const withPassword = (url: string, password: string | undefined) => {
  if (password === undefined) return url
  const full = new URL(url)
  if (full.password !== '')
    throw new ConfigError(`${full.protocol}//${full.host} has a password both in its URL and in a file.`)
  full.password = encodeURIComponent(password)
  return full.href
}
