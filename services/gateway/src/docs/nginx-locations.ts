export type Location = { isExact: boolean; path: string; upstream: string; passedAs: string; maxBody: string | null }

const block = /location (?<exact>= )?(?<path>\/\S*) \{(?<body>[^}]*)\}/g
const pass = /proxy_pass http:\/\/(?<upstream>identity|gateway)(?<passedAs>\/[^\s;]*);/

/** What Nginx passes on to our services, as its list of locations reads. */
export const readLocations = (config: string): Location[] =>
  [...config.matchAll(block)].flatMap(({ groups }) => {
    const { exact, path = '', body = '' }: Record<string, string | undefined> = groups ?? {}
    const { upstream, passedAs } = pass.exec(body)?.groups ?? {}
    if (upstream === undefined || passedAs === undefined) return []
    const maxBody = /client_max_body_size (\w+);/.exec(body)?.[1] ?? null
    return [{ isExact: exact !== undefined, path, upstream, passedAs, maxBody }]
  })

/** Which location a path is for: the exact one, or the longest that it begins with (there are no patterns). */
export const locationOf = (locations: Location[], path: string) =>
  locations.find((it) => it.isExact && it.path === path) ??
  locations
    .filter((it) => !it.isExact && path.startsWith(it.path))
    .toSorted((one, other) => other.path.length - one.path.length)[0]
