import { readFileSync } from 'node:fs'
import { calls, type ProblemCode, problemCodes } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'

type Location = { isExact: boolean; path: string; upstream: string; passedAs: string; maxBody: string | null }

const block = /location (?<exact>= )?(?<path>\/\S*) \{(?<body>[^}]*)\}/g
const pass = /proxy_pass http:\/\/(?<upstream>identity|gateway)(?<passedAs>\/[^\s;]*);/

/** What Nginx passes on to our services, as its list of locations reads. */
const readLocations = (config: string): Location[] =>
  [...config.matchAll(block)].flatMap(({ groups }) => {
    const { exact, path = '', body = '' }: Record<string, string | undefined> = groups ?? {}
    const { upstream, passedAs } = pass.exec(body)?.groups ?? {}
    if (upstream === undefined || passedAs === undefined) return []
    const maxBody = /client_max_body_size (\w+);/.exec(body)?.[1] ?? null
    return [{ isExact: exact !== undefined, path, upstream, passedAs, maxBody }]
  })

/** Which location a path is for: the exact one, or the longest that it begins with (there are no patterns). */
const locationOf = (locations: Location[], path: string) =>
  locations.find((it) => it.isExact && it.path === path) ??
  locations
    .filter((it) => !it.isExact && path.startsWith(it.path))
    .toSorted((one, other) => other.path.length - one.path.length)[0]

const read = (name: string) => readFileSync(new URL(`../../../../infra/nginx/${name}`, import.meta.url), 'utf8')
const locations = readLocations(read('nginx.conf'))
const usualMaxBody = /client_max_body_size (\w+);/.exec(read('gatehouse/limits.conf'))?.[1]
const shown = calls.filter(({ call }) => !call.isInternal)
/** What the gateway serves for people who read. */
const pages = ['/', '/openapi.json', '/asyncapi.json', '/docs', '/docs/', '/schemas/']

const bytesOf = (size = '') => Number.parseInt(size, 10) * ({ k: 1024, m: 1024 ** 2 }[size.slice(-1)] ?? Number.NaN)

describe("Nginx' list", () => {
  it.each(shown)('leads $operationId to who serves it, with a body of the size that it takes', ({ call }) => {
    const { path, servedBy, body } = call
    const location = locationOf(locations, `/api${path}`)
    expect(location).toMatchObject({ upstream: servedBy })
    expect(path.startsWith(location?.passedAs ?? 'nowhere')).toBe(true)
    if (body) expect(bytesOf(location?.maxBody ?? usualMaxBody)).toBe(body.maxBytes)
  })

  it('keeps what only services may call', () => {
    const internal = calls.filter(({ call }) => call.isInternal).map(({ call }) => call.path)
    for (const path of internal)
      for (const prefix of ['', '/api']) expect(locationOf(locations, prefix + path), path).toBeUndefined()
  })

  it('names nothing that is not there', () => {
    const known = [...shown.map(({ call }) => call.path), ...pages]
    for (const { isExact, passedAs } of locations)
      expect(
        known.some((it) => (isExact ? it === passedAs : it.startsWith(passedAs))),
        passedAs,
      ).toBe(true)
  })
})

it('the codes of its own refusals are those of the services, with their status', () => {
  const [, map = ''] = /map \$status \$problem_code \{(.*?)\n\}/s.exec(read('gatehouse/problems.conf')) ?? []
  const codes = [...map.matchAll(/(\d{3}|default) (\w+);/g)].map(([, status, code]) => [status, code as ProblemCode])
  expect(codes.length).toBeGreaterThan(10)
  // 504 is an upstream that is late, which a client treats like one that is away.
  const alike: Record<string, number> = { default: 400, 504: 503 }
  for (const [status = '', code] of codes)
    expect(problemCodes[code as ProblemCode]?.status, code).toBe(alike[status] ?? Number(status))
})
