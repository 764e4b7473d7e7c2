import { currentRequest } from '@gatehouse/service'
import type { EntityManager } from 'typeorm'
import { cloudEventOf, type NewEvent } from './new-event.ts'

/** Notification channel that wakes the relay. */
export const outboxChannel = 'gatehouse_outbox'

/** Writes to the outbox. The relay reads it on its own connection. */
export const createOutbox = (issuer: string) => (manager: EntityManager) => ({
  /**
   * Appends events, notifies the relay and writes the entries of the security log, all in the transaction of the caller: a
   * change is committed together with its events and its entry, or not at all.
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
   * Deletes a user's events that contain personal data, including the addresses of failed sign-ins and repeated refreshes.
   * Call it before appending `user.deleted.v1`. Other session events stay: they contain only ids and times, and gateways
   * still need them. @returns whether all are deleted
   */
  deletePersonal: async (id: string, limit: number): Promise<boolean> => {
    const [, deleted]: [unknown, number] = await manager.query(
      `DELETE FROM outbox WHERE seq IN (
         SELECT seq FROM outbox WHERE aggregate_id = $1
            AND (type LIKE 'user.%' OR type LIKE 'login.%' OR type = 'session.refresh_repeated.v1') LIMIT $2)`,
      [id, limit],
    )
    return deleted < limit
  },
})
export type OutboxIn = ReturnType<typeof createOutbox>
