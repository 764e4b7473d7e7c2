import { currentRequest } from '@gatehouse/service'
import type { EntityManager } from 'typeorm'
import { cloudEventOf, type NewEvent } from './new-event.ts'

/** Channel of the hint that wakes the relay. */
export const outboxChannel = 'gatehouse_outbox'

/** Writing side of the outbox of an issuer; the relay reads it on a connection of its own. */
export const createOutbox = (issuer: string) => (manager: EntityManager) => ({
  /**
   * Stands or falls with the caller's transaction, and so do the hint to the relay and the lines in the security log: what
   * nobody hears of did not happen, and what happened is on record with who caused it. Of no events it does nothing.
   */
  append: async (...events: NewEvent[]) => {
    if (events.length === 0) return
    const request = currentRequest()
    await manager.query(
      `WITH event AS (
         SELECT body, position FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (body, position)),
       appended AS (
         INSERT INTO outbox (id, aggregate_id, type, payload)
         SELECT (body->>'id')::uuid, body->>'subject', body->>'type', body FROM event ORDER BY position),
       recorded AS (
         INSERT INTO audit_log (action, subject, detail, actor, address, request_id)
         SELECT body->>'type', body->>'subject',
                jsonb_strip_nulls(jsonb_build_object(
                  'reason', body->'data'->'reason', 'cause', body->'data'->'cause',
                  'at', body->'data'->'at', 'count', body->'data'->'count')), $2, $3, $4
           FROM event ORDER BY position)
       SELECT pg_notify($5, '')`,
      [
        JSON.stringify(events.map((it) => cloudEventOf(issuer, it))),
        request?.actor ?? 'anonymous',
        request?.address ?? null,
        request?.requestId ?? null,
        outboxChannel,
      ],
    )
  },

  /**
   * Takes what a user's events say out of the outbox, also the addresses of failed sign-ins and of repeated refreshes; call
   * it before the last one, which carries the id alone. The other session events stay: they hold ids and times, and the
   * gateways are still to hear of the end. @returns whether that was all
   */
  forgetUser: async (id: string, limit: number): Promise<boolean> => {
    const [, forgotten]: [unknown, number] = await manager.query(
      `DELETE FROM outbox WHERE seq IN (
         SELECT seq FROM outbox WHERE aggregate_id = $1
            AND (type LIKE 'user.%' OR type LIKE 'login.%' OR type = 'session.refresh_repeated.v1') LIMIT $2)`,
      [id, limit],
    )
    return forgotten < limit
  },
})
export type OutboxIn = ReturnType<typeof createOutbox>
