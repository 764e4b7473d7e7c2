import { currentRequest, type Logger, type Refused } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { User } from '../users/user.ts'
import { auditIn } from './audit.repository.ts'
import { createRefusalSampler } from './refusal-sampler.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; log: Logger }

/** Refusals that indicate an attack or a misconfigured service. A wrong password has its own event. */
const recorded = new Set(['too_busy', 'insufficient_scope', 'invalid_client', 'password_change_required'])

/**
 * The part of the security log that is not written with events. Refusals are sampled, so that a flood of requests does not
 * flood tables, outbox and subscribers.
 */
export const createAudit = ({ db, outboxIn, log }: Needs) => {
  const sampler = createRefusalSampler()
  const pending = new Set<Promise<void>>()

  const write = async (line: Parameters<ReturnType<typeof auditIn>['record']>[0]) => {
    try {
      await auditIn(db.manager).record(line)
    } catch (error) {
      log.warn({ err: error }, 'cannot write a refusal to the security log')
    }
  }

  return {
    findPage: auditIn(db.manager).findPage,

    /** Appends a sampled event about a throttled attempt, so that subscribers see attacks on an account or from an address. */
    throttled: async (user: User | null, address: string | null) => {
      const count = sampler.count(`throttled ${user?.id ?? 'unknown'} ${address}`)
      if (count === null) return
      const about = { id: user?.id ?? 'unknown', version: user?.version ?? 1 }
      const data = { user_id: user?.id ?? null, reason: 'throttled', address, count } as const
      await outboxIn(db.manager).append(newEvent('login.failed.v1', about, data))
    },

    /** Called for every refused request, in its context. The response does not wait for the entry. */
    refused: ({ code, method, route }: Refused) => {
      if (!recorded.has(code)) return
      const request = currentRequest()
      const count = sampler.count(`${code} ${request?.actor} ${request?.address}`)
      if (count === null) return
      const written: Promise<void> = write({
        action: 'request.refused',
        detail: { code, method, route, count },
      }).finally(() => pending.delete(written))
      pending.add(written)
    },

    /** Waits for pending entries. */
    close: async () => void (await Promise.all(pending)),
  }
}
export type Audit = ReturnType<typeof createAudit>
