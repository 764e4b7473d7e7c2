import { currentRequest, type Logger, type Refused } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { User } from '../users/user.ts'
import { auditIn } from './audit.repository.ts'
import { createRefusalSampler } from './refusal-sampler.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; log: Logger }

/** What tells of an attack or of a service that is set up wrong. A wrong password has an event of its own. */
const recorded = new Set(['too_busy', 'insufficient_scope', 'invalid_client', 'password_change_required'])

/**
 * The security log beside the lines that come with events. Refusals are sampled: who floods us must not fill tables, outbox and
 * subscribers as well.
 */
export const createAudit = ({ db, outboxIn, log }: Needs) => {
  const sampler = createRefusalSampler()
  const underWay = new Set<Promise<void>>()

  const write = async (line: Parameters<ReturnType<typeof auditIn>['record']>[0]) => {
    try {
      await auditIn(db.manager).record(line)
    } catch (error) {
      log.warn({ err: error }, 'a refusal is missing in the security log')
    }
  }

  return {
    findPage: auditIn(db.manager).findPage,

    /** An attempt that had to wait, as an event: whoever subscribes sees that an account or an address is under attack. */
    throttled: async (user: User | null, address: string | null) => {
      const count = sampler.count(`throttled ${user?.id ?? 'unknown'} ${address}`)
      if (count === null) return
      const about = { id: user?.id ?? 'unknown', version: user?.version ?? 1 }
      const data = { user_id: user?.id ?? null, reason: 'throttled', address, count } as const
      await outboxIn(db.manager).append(newEvent('login.failed.v1', about, data))
    },

    /** Called for every refused request, within its context; the answer does not wait for it. */
    refused: ({ code, method, route }: Refused) => {
      if (!recorded.has(code)) return
      const request = currentRequest()
      const count = sampler.count(`${code} ${request?.actor} ${request?.address}`)
      if (count === null) return
      const written: Promise<void> = write({
        action: 'request.refused',
        detail: { code, method, route, count },
      }).finally(() => underWay.delete(written))
      underWay.add(written)
    },

    /** Waits for the lines under way. */
    close: async () => void (await Promise.all(underWay)),
  }
}
export type Audit = ReturnType<typeof createAudit>
