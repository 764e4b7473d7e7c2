/** What of package-lock.json tells where a package comes from and whether its bytes are the right ones. */
export type LockFile = {
  lockfileVersion: number
  packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean }>
}

// One hash and no other: of several npm takes the strongest that it knows, but only a lone sha512 reads in one way.
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/

/** Members that are read by people alone; everywhere else an address would be one that npm downloads from. */
const proseMembers = new Set(['funding', 'deprecated', 'license'])

const addressesIn = (value: unknown, path: string): string[] => {
  if (typeof value === 'string')
    return /:\/\/|^(git\+|github:|file:)/.test(value) ? [`${path} holds the address "${value}"`] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    proseMembers.has(key) ? [] : addressesIn(inner, `${path} > ${key}`),
  )
}

const isInstalled = (path: string) => path.split('/').includes('node_modules')

/**
 * Says why a lock file cannot be trusted alone: npm checks the bytes of a package against its `integrity` and, without
 * one, takes whatever the registry, a proxy or a cache gives.
 */
export const problemsOfLockFile = ({ lockfileVersion, packages }: LockFile): string[] => {
  if (lockfileVersion !== 3) return [`lockfileVersion is ${lockfileVersion}; only 3 is read here`]
  const workspaces = new Set(Object.keys(packages).filter((path) => !isInstalled(path)))
  return Object.entries(packages).flatMap(([path, entry]) => {
    const addresses = addressesIn(entry, path)
    if (!isInstalled(path)) return addresses
    if (entry.link) {
      return workspaces.has(entry.resolved ?? '') ? addresses : [...addresses, `${path} links to no workspace`]
    }
    const problems = entry.resolved === undefined ? [] : [`${path} has a download address`]
    if (!sha512.test(entry.integrity ?? '')) problems.push(`${path} has no sha512`)
    return [...problems, ...addresses]
  })
}
