import { z } from 'zod'
import { call, form, json, noBody, ok } from '../declare-call.ts'
import { historyPage, historyQuery, lastEventId, snapshotPage, snapshotQuery } from '../history.ts'
import { sessionLookup, sessionLookupAnswer } from '../session-lookup.ts'
import { introspection, tokenForm } from '../sessions.ts'
import { accessToken, adasState, sessionId, userId, userUpdated } from './examples.ts'

/** Calls of services, each with its own credentials. */
export const serviceCalls = {
  revokeToken: call('POST /oauth/revoke', {
    tag: 'services',
    summary: 'Revoke an access or refresh token and end its session (RFC 7009)',
    by: { service: 'tokens.revoke' },
    oauth: {},
    body: form(tokenForm, { token: accessToken }),
    answers: noBody(200, 'the token is revoked, or was never valid'),
  }),
  introspectToken: call('POST /oauth/introspect', {
    tag: 'services',
    summary: 'Introspect an access or refresh token (RFC 7662)',
    by: { service: 'tokens.introspect' },
    oauth: {},
    body: form(tokenForm, { token: accessToken }),
    answers: ok(introspection, 'the state of the token', {
      active: true,
      token_type: 'refresh_token',
      iss: 'https://example.org/api',
      sub: userId,
      sid: sessionId,
      client_id: 'gatehouse',
      username: 'ada',
      roles: ['admin'],
      exp: 1_770_916_360,
    }),
  }),
  readEvents: call('GET /events', {
    tag: 'services',
    summary: 'Read the events after a position, up to seven days back',
    description:
      'Events come in the order in which they were published. With `Accept: text/event-stream` the response is a stream of ' +
      'Server-Sent Events that continues with new events: `id` is the position, `event` the type, `data` the CloudEvent; ' +
      '`limit` is ignored.',
    by: { service: 'events.read' },
    query: historyQuery,
    headers: z.object({ 'Last-Event-ID': lastEventId.optional() }),
    answers: ok(historyPage, 'the page, or the stream', { events: [userUpdated], next: 1200, more: false }),
    orAnswers: [
      ok(z.string(), 'the page, or the stream', `id: 1200\nevent: user.updated.v1\ndata: {}\n\n`, {
        type: 'text/event-stream',
      }),
    ],
    refuses: ['history_gone', 'too_many_streams'],
  }),
  readSnapshot: call('GET /events/snapshot', {
    tag: 'services',
    summary: 'Read all users, by id, as the starting point for the events',
    description:
      'Users that it does not contain were deleted. Continue with `GET /events` after the `position` of the first page.',
    by: { service: 'events.read' },
    query: snapshotQuery,
    answers: ok(snapshotPage, 'a page', { users: [adasState], next: null, position: 1200 }),
  }),
  lookUpSessions: call('POST /internal/sessions/lookup', {
    tag: 'services',
    summary: 'Look up which sessions are active, with the time of the database',
    isInternal: true,
    by: { service: 'sessions.lookup' },
    // A full batch of ids exceeds the default of 16 KiB.
    body: json(sessionLookup, { ids: [sessionId] }, 32 * 1024),
    answers: ok(sessionLookupAnswer, 'one entry for each id', {
      now_ms: 1_770_829_960_002,
      sessions: [{ state: 'active', id: sessionId, expires_at: '2026-02-12T17:12:40.002Z', user: adasState }],
    }),
  }),
}
