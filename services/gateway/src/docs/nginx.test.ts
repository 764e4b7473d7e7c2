import { readFileSync } from 'node:fs'
import { calls, type ProblemCode, problemCodes } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'

type Location = { isExact: boolean; path: string; upstream: string; passedAs: string; maxBody: string | null }

const block = /location (?<exact>= )?(?<path>\/\S*) \{(?<body>[^}]*)\}/g
const pass = /proxy_pass http:\/\/(?<upstream>identity|gateway)(?<passedAs>\/[^\s;]*);/

/** The locations of nginx.conf that are proxied to our services. */
const readLocations = (config: string): Location[] =>
  [...config.matchAll(block)].flatMap(({ groups }) => {
    const { exact, path = '', body = '' }: Record<string, string | undefined> = groups ?? {}
    const { upstream, passedAs } = pass.exec(body)?.groups ?? {}
    if (upstream === undefined || passedAs === undefined) return []
    const maxBody = /client_max_body_size (\w+);/.exec(body)?.[1] ?? null
    return [{ isExact: exact !== undefined, path, upstream, passedAs, maxBody }]
  })

/** The location that Nginx selects for a path: an exact match, or else the longest prefix (there are no patterns). */
const locationOf = (locations: Location[], path: string) =>
  locations.find((it) => it.isExact && it.path === path) ??
  locations
    .filter((it) => !it.isExact && path.startsWith(it.path))
    .toSorted((one, other) => other.path.length - one.path.length)[0]

const read = (name: string) => readFileSync(new URL(`../../../../infra/nginx/${name}`, import.meta.url), 'utf8')
const locations = readLocations(read('nginx.conf'))
const usualMaxBody = /client_max_body_size (\w+);/.exec(read('gatehouse/limits.conf'))?.[1]
const published = calls.filter(({ call }) => !call.isInternal)
/** Pages of the gateway for people. */
const pages = ['/', '/openapi.json', '/asyncapi.json', '/docs', '/docs/', '/schemas/']

const bytesOf = (size = '') => Number.parseInt(size, 10) * ({ k: 1024, m: 1024 ** 2 }[size.slice(-1)] ?? Number.NaN)

describe('the locations of nginx.conf', () => {
  it.each(published)('proxy $operationId to its service, with its limit of the body', ({ call }) => {
    const { path, servedBy, body } = call
    const location = locationOf(locations, `/api${path}`)
    expect(location).toMatchObject({ upstream: servedBy })
    expect(path.startsWith(location?.passedAs ?? 'nowhere')).toBe(true)
    if (body) expect(bytesOf(location?.maxBody ?? usualMaxBody)).toBe(body.maxBytes)
  })

  it('hide the internal calls', () => {
    const internal = calls.filter(({ call }) => call.isInternal).map(({ call }) => call.path)
    for (const path of internal)
      for (const prefix of ['', '/api']) expect(locationOf(locations, prefix + path), path).toBeUndefined()
  })

  it('proxy only paths that exist', () => {
    const known = [...published.map(({ call }) => call.path), ...pages]
    for (const { isExact, passedAs } of locations)
      expect(
        known.some((it) => (isExact ? it === passedAs : it.startsWith(passedAs))),
        passedAs,
      ).toBe(true)
  })
})

it('the codes of Nginx are codes of the services, with the same status', () => {
  const [, map = ''] = /map \$status \$problem_code \{(.*?)\n\}/s.exec(read('gatehouse/problems.conf')) ?? []
  const codes = [...map.matchAll(/(\d{3}|default) (\w+);/g)].map(([, status, code]) => [status, code as ProblemCode])
  expect(codes.length).toBeGreaterThan(10)
  // A client treats a late upstream (504) like an unavailable one.
  const equivalent: Record<string, number> = { default: 400, 504: 503 }
  for (const [status = '', code] of codes)
    expect(problemCodes[code as ProblemCode]?.status, code).toBe(equivalent[status] ?? Number(status))
})
