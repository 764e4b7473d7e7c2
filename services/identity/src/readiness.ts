import type { Publisher } from '@gatehouse/events'
import type { DataSource } from 'typeorm'
import { checkDatabase } from './open-database.ts'
import type { Relay } from './outbox/relay.ts'
import type { LaptopPasswordWatch } from './passwords/laptop-password.ts'

type Parts = { db: DataSource; publisher: Publisher; relay: Relay; laptopPassword: LaptopPasswordWatch }

/** Ready is who can answer. Without the broker everything but the events goes on, and those wait in the outbox. */
export const readState = ({ db, publisher, relay, laptopPassword }: Parts) => ({
  postgres: () => checkDatabase(db),
  broker: () => {
    const { connected, blocked, lastError } = publisher.state()
    if (connected && !blocked) return { state: 'up' as const }
    return { state: 'degraded' as const, detail: blocked ? 'blocked by an alarm' : (lastError ?? 'connecting') }
  },
  relay: () => ({ state: 'up' as const, leads: relay.state().leads }),
  laptop_password: laptopPassword.state,
})
