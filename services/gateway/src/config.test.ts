import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@gatehouse/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readGatewayConfig } from './config.ts'

const secretFile = () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'secret')
  writeFileSync(path, 'a secret\n')
  return path
}
const needed = () => ({
  IDENTITY_URL: 'http://identity:3001',
  SERVICE_SECRET_FILE: secretFile(),
  BROKER_URL: 'amqp://gateway@rabbitmq:5672',
})

describe('the configuration', () => {
  it('reports all problems at once, and no secret', () => {
    const read = () =>
      readGatewayConfig({
        PORT: '80a',
        ISSUER: 'http://localhost:8080/api/',
        AUDIENCE: ' ',
        BROKER_URL: 'http://gateway:hunter2@rabbitmq',
        SERVICE_NAME: 'the:gateway',
        SERVICE_SECRET_FILE: '/nowhere',
        STALE_GRACE_SECONDS: '-1',
        DOCS: 'false',
        MAX_SESSIONS: '1',
      })
    expect(read).toThrow(ConfigError)
    const names = ['PORT', 'ISSUER', 'IDENTITY_URL', 'BROKER_URL', 'SERVICE_NAME', 'SERVICE_SECRET_FILE']
    for (const name of [...names, 'STALE_GRACE_SECONDS', 'MAX_SESSIONS', 'AUDIENCE', 'DOCS'])
      expect(read).toThrow(`  ${name}: `)
    expect(read).not.toThrow('hunter2')
  })

  it('has no grace period for stale sessions by default', () => {
    expect(readGatewayConfig(needed())).toMatchObject({
      port: 3002,
      issuer: 'http://localhost:8080/api',
      audience: 'gatehouse',
      serviceName: 'gateway',
      serviceSecret: 'a secret',
      showsDocs: true,
      staleGraceMs: 0,
      maxSessions: 200_000,
    })
    expect(readGatewayConfig({ ...needed(), DOCS: 'off' }).showsDocs).toBe(false)
    expect(readGatewayConfig({ ...needed(), STALE_GRACE_SECONDS: '60' }).staleGraceMs).toBe(60_000)
  })
})
