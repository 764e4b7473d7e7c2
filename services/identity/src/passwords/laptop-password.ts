import type { Logger } from '@gatehouse/service'
import type { Passwords } from './passwords.ts'

// The default password of the first user in docker-compose.yml, published in the README.
const laptopPassword = 'changeme'
const detail = 'An active admin has the default password from the documentation. Change it.'

type Needs = { findAdminHashes: () => Promise<string[]>; passwords: Pick<Passwords, 'verify'>; log: Logger }

/**
 * Warns while any active admin has the default password. Each hash is tried only once, so a check costs one small query
 * unless a password has changed.
 */
export const createLaptopPasswordWatch = ({ findAdminHashes, passwords, log }: Needs) => {
  let known = new Map<string, boolean>()
  let isLogged = false
  const isInUse = () => [...known.values()].includes(true)
  return {
    check: async () => {
      const seen = new Map<string, boolean>()
      for (const hash of await findAdminHashes()) {
        seen.set(hash, known.get(hash) ?? (await passwords.verify(hash, laptopPassword)))
      }
      known = seen
      if (isInUse() && !isLogged) log.warn(detail)
      isLogged ||= isInUse()
    },
    state: () => (isInUse() ? { state: 'degraded' as const, detail } : { state: 'up' as const }),
  }
}
export type LaptopPasswordWatch = ReturnType<typeof createLaptopPasswordWatch>
