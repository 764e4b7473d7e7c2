import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** All that is wrong with the environment, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The value of `NAME_FILE` is a path; the parsed value is that file's content without its final newline. */
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

/** Reads a number, so that `PORT=80a` or an empty string is refused rather than rounded. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))

/** What every service reads. */
export const serviceEnvironment = {
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z.string().default('0.0.0.0'),
}

/** An absolute URL without query or fragment (RFC 8414 §2), and as given: tokens carry it literally. */
export const issuer = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/[?#]|\/$/.test(url), 'must have no query, no fragment and no slash at its end')
  .default('http://localhost:8080/api')

/** How long a service that stops goes on refusing: Nginx has looked the replicas up again by then; tests and laptops need not wait. */
export const drainMsOf = (env: { NODE_ENV: string }) => (env.NODE_ENV === 'production' ? 2_000 : 0)

/** What every part reads that talks to the broker. */
export const brokerEnvironment = {
  BROKER_URL: z.url({ protocol: /^amqps?$/ }),
  BROKER_PASSWORD_FILE: secretFile.optional(),
}

/**
 * Parses the environment once. An empty variable counts as unset, as compose files pass them. Values are not
 * repeated in the message: they may be secrets.
 * @throws ConfigError that tells all problems at once
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

/** The URL with the password of its file put in. @throws ConfigError when it already carries one */
export const withPassword = (url: string, password: string | undefined) => {
  if (password === undefined) return url
  const full = new URL(url)
  if (full.password !== '')
    throw new ConfigError(`${full.protocol}//${full.host} has a password in its URL and one in a file.`)
  full.password = encodeURIComponent(password)
  return full.href
}
