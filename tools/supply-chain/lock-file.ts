/** What of package-lock.json tells where a package comes from and whether its bytes are the right ones. */
export type LockFile = { lockfileVersion: number; packages: Record<string, Entry> }
type Entry = { version?: string; resolved?: string; integrity?: string; link?: boolean; hasShrinkwrap?: boolean } & {
  [member in Member]?: Record<string, string>
}

// One hash and no other: of several npm takes the strongest that it knows, but only a lone sha512 reads in one way.
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/

const dependencyMembers = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
type Member = (typeof dependencyMembers)[number]

// A range of versions, of this package or of one that stands in for it. An address, a folder or `owner/repository` is none.
const fromRegistry = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?[\w\s.*^~<>=|+-]*$/

const strangeDependencies = (path: string, entry: Entry) =>
  dependencyMembers.flatMap((member) =>
    Object.entries(entry[member] ?? {})
      .filter(([, range]) => !fromRegistry.test(range))
      .map(([name, range]) => `${path} takes ${name} from "${range}"`),
  )

const version = /^\d+\.\d+\.\d+[\w.+-]*$/

const isInstalled = (path: string) => path.split('/').includes('node_modules')

/**
 * Says why a lock file cannot be trusted alone: npm checks the bytes of a package against its `integrity` and, without
 * one, takes whatever the registry, a proxy or a cache gives.
 */
export const problemsOfLockFile = ({ lockfileVersion, packages }: LockFile): string[] => {
  if (lockfileVersion !== 3) return [`lockfileVersion is ${lockfileVersion}; only 3 is read here`]
  // Below the repository: what lies beside it is nobody's to review.
  const workspaces = new Set(Object.keys(packages).filter((path) => !isInstalled(path) && !/^[./]/.test(path)))
  return Object.entries(packages).flatMap(([path, entry]) => {
    const problems = strangeDependencies(path, entry)
    if (!isInstalled(path)) return problems
    if (entry.link)
      return workspaces.has(entry.resolved ?? '') ? problems : [...problems, `${path} links to no workspace`]
    if (entry.resolved !== undefined) problems.push(`${path} has a download address`)
    if (!version.test(entry.version ?? '')) problems.push(`${path} has no version of a registry`)
    if (!sha512.test(entry.integrity ?? '')) problems.push(`${path} has no sha512`)
    // npm would install what that one says, by its hashes or by none.
    if (entry.hasShrinkwrap) problems.push(`${path} brings a lock file of its own`)
    return problems
  })
}

const settings = ['omit-lockfile-registry-resolved', 'ignore-scripts']

/** The repository's .npmrc goes before that of the machine, so it may name no registry and switch no check off. */
export const problemsOfNpmrc = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/^\s*([;#].*)?$/.test(line) && !settings.some((it) => line === `${it}=true`))
    .map((line) => `.npmrc says "${line}"`)
