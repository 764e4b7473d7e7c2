import type { Publisher } from '@gatehouse/events'
import type { DataSource } from 'typeorm'
import { checkDatabase } from './open-database.ts'
import type { Relay } from './outbox/relay.ts'
import type { LaptopPasswordWatch } from './passwords/laptop-password.ts'

type Parts = { db: DataSource; publisher: Publisher; relay: Relay; laptopPassword: LaptopPasswordWatch }

/** Identity is ready if Postgres is up. Without the broker events wait in the outbox, and everything else works. */
export const readState = ({ db, publisher, relay, laptopPassword }: Parts) => ({
  postgres: () => checkDatabase(db),
  broker: () => {
    const { connected, blocked, lastError } = publisher.state()
    if (connected && !blocked) return { state: 'up' as const }
    return {
      state: 'degraded' as const,
      detail: blocked ? 'blocked by an alarm of the broker' : (lastError ?? 'connecting'),
    }
  },
  relay: () => ({ state: 'up' as const, leads: relay.state().leads }),
  laptop_password: laptopPassword.state,
})
