/** The parts of package-lock.json that say where a package comes from and what its hash is. */
export type LockFile = { lockfileVersion: number; packages: Record<string, Entry> }
type Entry = { version?: string; resolved?: string; integrity?: string; link?: boolean; hasShrinkwrap?: boolean } & {
  [member in Member]?: Record<string, string>
}

// Exactly one sha512: npm would choose among several hashes.
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/

const dependencyMembers = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
type Member = (typeof dependencyMembers)[number]

// A version range, of this package or of an alias (npm:). Addresses, folders and `owner/repository` do not match.
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
 * The reasons why this lock file does not determine what is installed. npm checks a package against its `integrity`; without
 * one it accepts whatever a registry, proxy or cache returns.
 */
export const problemsOfLockFile = ({ lockfileVersion, packages }: LockFile): string[] => {
  if (lockfileVersion !== 3) return [`lockfileVersion is ${lockfileVersion}; only 3 is supported`]
  // Folders of the repository only, because others are not reviewed.
  const workspaces = new Set(Object.keys(packages).filter((path) => !isInstalled(path) && !/^[./]/.test(path)))
  return Object.entries(packages).flatMap(([path, entry]) => {
    const problems = strangeDependencies(path, entry)
    if (!isInstalled(path)) return problems
    if (entry.link)
      return workspaces.has(entry.resolved ?? '') ? problems : [...problems, `${path} links to no workspace`]
    if (entry.resolved !== undefined) problems.push(`${path} has a download address`)
    if (!version.test(entry.version ?? '')) problems.push(`${path} has no registry version`)
    if (!sha512.test(entry.integrity ?? '')) problems.push(`${path} has no sha512`)
    // npm would install by that file, possibly without hashes.
    if (entry.hasShrinkwrap) problems.push(`${path} has its own lock file`)
    return problems
  })
}

const settings = ['omit-lockfile-registry-resolved', 'ignore-scripts']

/** The repository's .npmrc overrides that of the machine, so it must not name a registry or disable a check. */
export const problemsOfNpmrc = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/^\s*([;#].*)?$/.test(line) && !settings.some((it) => line === `${it}=true`))
    .map((line) => `.npmrc says "${line}"`)
