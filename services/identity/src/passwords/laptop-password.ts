import type { Logger } from '@gatehouse/service'
import type { Passwords } from './passwords.ts'

// With which docker-compose.yml seeds its first user, and which stands in the README.
const laptopPassword = 'changeme'
const detail = 'An active admin has the password that everybody knows from the documentation. Change it.'

type Needs = { findAdminHashes: () => Promise<string[]>; passwords: Pick<Passwords, 'verify'>; log: Logger }

/**
 * Tells for as long as an admin can be signed in as by everybody, under whatever name. Each hash is tried once, so looking
 * costs one small query until a password changes.
 */
export const createLaptopPasswordWatch = ({ findAdminHashes, passwords, log }: Needs) => {
  let known = new Map<string, boolean>()
  let isTold = false
  const works = () => [...known.values()].includes(true)
  return {
    look: async () => {
      const seen = new Map<string, boolean>()
      for (const hash of await findAdminHashes()) {
        seen.set(hash, known.get(hash) ?? (await passwords.verify(hash, laptopPassword)))
      }
      known = seen
      if (works() && !isTold) log.warn(detail)
      isTold ||= works()
    },
    state: () => (works() ? { state: 'degraded' as const, detail } : { state: 'up' as const }),
  }
}
export type LaptopPasswordWatch = ReturnType<typeof createLaptopPasswordWatch>
