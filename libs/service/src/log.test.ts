import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

const start = () => {
  const lines: string[] = []
  const log = createLog('test', 'info', { write: (line: string) => void lines.push(line) })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') }
}

const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG'
const jwt = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

/** The error that TypeORM throws for an error of pg. */
const failedQuery = () => {
  const driverError = Object.assign(new Error('duplicate key value violates unique constraint "users_username_key"'), {
    code: '23505',
    constraint: 'users_username_key',
    detail: 'Key (username)=(planted-name) already exists.',
    where: 'planted-where',
    internalQuery: 'planted-internal',
    hint: 'planted-hint',
  })
  const query = 'INSERT INTO users VALUES ($1) -- planted-query'
  return Object.assign(new Error(driverError.message), driverError, {
    driverError,
    query,
    parameters: [hash, 'planted'],
  })
}

describe('a log line', () => {
  it('describes a failed query without its values', () => {
    const { log, lines, last } = start()
    log.error({ err: new Error('above', { cause: failedQuery() }) }, 'request failed')
    log.error({ err: new AggregateError([failedQuery()], 'several') }, 'request failed')
    log.error({ err: Object.assign(failedQuery(), { cause: failedQuery() }) }, 'request failed')
    log.error(failedQuery())
    for (const line of lines) {
      expect(line).not.toMatch(/planted|argon2id/)
      expect(line).toContain('users_username_key')
      expect(line).toContain('23505')
    }
    expect(last().err.stack).toContain('log.test.ts')
  })

  it.each([
    [
      'a value quoted by Postgres',
      Object.assign(new Error('invalid input syntax for type uuid: "planted"'), { code: '22P02' }),
    ],
    [
      'invalid JSON quoted by JSON.parse',
      (() => {
        try {
          return JSON.parse('planted "it"')
        } catch (error) {
          return error
        }
      })(),
    ],
    [
      'an invalid URL',
      (() => {
        try {
          return new URL('amqp://user:planted@[')
        } catch (error) {
          return error
        }
      })(),
    ],
    ['a URL in a message', new Error('cannot reach amqp://user:planted@rabbitmq:5672/vhost')],
    ['a URL with an unencoded password', new Error('cannot reach http://name:pla/nt@ed@identity:3001, planted not')],
  ])('leaves out %s', (_what, err) => {
    const { log, lines } = start()
    log.error({ err }, 'x')
    expect(lines[0]).not.toMatch(/planted[^ ]|pla\/nt|nt@ed/)
    expect(() => JSON.parse(lines[0] ?? '')).not.toThrow()
  })

  it.each([
    ['a stored password', hash],
    ['a bcrypt hash', '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'],
    ['an access token', jwt],
    ['a refresh token', `ghr_${'A'.repeat(78)}`],
    ['a credential', 'Basic Z2F0ZXdheTpzZWNyZXQ='],
    ['a URL with a password', 'amqp://user:hunter22@rabbitmq'],
  ])('does not contain %s, whatever its origin', (_what, secret) => {
    const { log, lines, last } = start()
    log.info({ path: `/users/${secret}`, other: 'it stays@home' }, `it says ${secret}`)
    expect(lines[0]).not.toContain(secret.slice(-12))
    expect(last()).toMatchObject({ other: 'it stays@home' })
  })

  it('escapes invisible and terminal control characters, and parses back to the same text', () => {
    const { log, lines, last } = start()
    const text = 'a\u202eb\u200bc\u2028d\u0085e\u009bf\u001b[2Jg\u00adh\u3164i\u{e0041}j\r\nk'
    log.warn({ text }, 'Zoë 😀')
    expect(lines[0]).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*\n$/u)
    expect(last()).toMatchObject({ text, msg: 'Zoë 😀' })
  })

  it('is one line of JSON for any input', () => {
    const { log, lines } = start()
    const parts = [
      hash,
      jwt,
      'x://"@',
      '\\',
      '://a\\"b@',
      '\n',
      '\u202e',
      '\ud800',
      '"',
      '@',
      ' ',
      'basic ',
      '\u0000',
      'x',
    ]
    for (const one of parts) {
      for (const two of parts) {
        for (const three of parts) {
          const text = one + two + three
          log.error({ text, err: new Error(text) }, text)
        }
      }
    }
    expect(lines).toHaveLength(parts.length ** 3)
    for (const line of lines) {
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(() => JSON.parse(line), line).not.toThrow()
    }
  })

  it('takes time linear in the length of the text', () => {
    const { log, lines } = start()
    for (const part of [
      'a',
      '://',
      '://a ',
      'eyJaaaaaaaa.',
      '-eyJ',
      '$2b$',
      '$argon2',
      'basic ',
      ' ',
      '"',
      '\u202e',
      'ghr_',
    ]) {
      const text = part.repeat(Math.ceil(300_000 / part.length))
      log.error({ text, err: new SyntaxError(text) }, 'x')
    }
    expect(lines).toHaveLength(12)
  })

  it('accepts thrown values that are not errors, and an error that is its own cause', () => {
    const { log, last } = start()
    log.error({ err: 'thrown text' }, 'x')
    expect(last().err).toEqual({ type: 'string', message: 'thrown text' })
    const circular: Error & { cause?: unknown } = new Error('round')
    circular.cause = circular
    log.error({ err: circular }, 'x')
    expect(last().err).toMatchObject({ message: 'round', cause: { cause: { message: 'round' } } })
  })
})
