import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { locationOf, readLocations } from './nginx-locations.ts'
import { openApi } from './openapi.ts'

const config = readFileSync(new URL('../../../../infra/nginx/nginx.conf', import.meta.url), 'utf8')
const locations = readLocations(config)
const paths = Object.keys(openApi().paths ?? {})
const ofGateway = ['/auth/me', '/auth/verify', '/health']
const pages = ['/', '/openapi.json', '/asyncapi.json', '/docs', '/docs/', '/schemas/']

describe("Nginx' list", () => {
  it.each(paths)('leads %s to who serves it', (path) => {
    const location = locationOf(locations, `/api${path}`)
    expect(location).toMatchObject({ upstream: ofGateway.includes(path) ? 'gateway' : 'identity' })
    expect(path.startsWith(location?.passedAs ?? 'nowhere')).toBe(true)
  })

  it('keeps what only services may call', () => {
    for (const path of ['/internal/sessions/lookup', '/metrics', '/health/ready', '/health/live'])
      for (const prefix of ['', '/api']) expect(locationOf(locations, prefix + path), path).toBeUndefined()
  })

  it('names nothing that is not there', () => {
    const known = [...paths, ...pages]
    for (const { isExact, passedAs } of locations)
      expect(
        known.some((it) => (isExact ? it === passedAs : it.startsWith(passedAs))),
        passedAs,
      ).toBe(true)
  })
})
