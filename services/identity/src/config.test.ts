import { describe, expect, it } from 'vitest'
import { writeSecrets } from '../test/write-secrets.ts'
import { readIdentityConfig } from './config.ts'

const read = (settings: Record<string, string>) =>
  readIdentityConfig({
    DATABASE_URL: 'postgres://localhost/x',
    BROKER_URL: 'amqp://localhost',
    ...writeSecrets({ keySecrets: ['s'.repeat(64)], services: { gateway: 'a secret' } }),
    ...settings,
  })
const idleMinutes = (settings: Record<string, string>) => read(settings).sessions.idleMs / 60_000

describe('the configuration of identity', () => {
  it.each([
    [{ SESSION_IDLE_MINUTES: '479' }],
    [{ SESSION_EXPIRE_MINUTES: '479' }],
    [{ MAX_SESSIONS_PER_USER: '0' }],
    [{ MAX_SESSIONS_PER_USER: '10001' }],
  ])('refuses %j', (settings) => {
    expect(() => read(settings)).toThrow(Object.keys(settings)[0])
  })

  it.each([
    ['a day', {}, 1_440],
    ['its lifetime, if that is shorter', { SESSION_EXPIRE_MINUTES: '600' }, 600],
    ['the lifetime of an access token, if that is longer', { ACCESS_TOKEN_EXPIRE_MINUTES: '2000' }, 2_000],
    ['the configured time', { SESSION_IDLE_MINUTES: '10080' }, 10_080],
    ['a day if the setting is empty', { SESSION_IDLE_MINUTES: '' }, 1_440],
  ])('ends an idle session after %s', (_what, settings, minutes) => {
    expect(idleMinutes(settings)).toBe(minutes)
  })
})
