import { z } from 'zod'
import { call, form, json, noBody, ok } from '../declare-call.ts'
import { historyPage, historyQuery, lastEventId, snapshotPage, snapshotQuery } from '../history.ts'
import { sessionLookup, sessionLookupAnswer } from '../session-lookup.ts'
import { introspection, tokenForm } from '../sessions.ts'
import { accessToken, adasState, sessionId, userId, userUpdated } from './examples.ts'

/** What services ask, each with a credential of its own. */
export const serviceCalls = {
  revokeToken: call('POST /oauth/revoke', {
    tag: 'services',
    summary: 'End the session of a token of either kind (RFC 7009)',
    by: { service: 'tokens.revoke' },
    oauth: {},
    body: form(tokenForm, { token: accessToken }),
    answers: noBody(200, 'it counts no more, if it ever did'),
  }),
  introspectToken: call('POST /oauth/introspect', {
    tag: 'services',
    summary: 'Does this token count? (RFC 7662)',
    by: { service: 'tokens.introspect' },
    oauth: {},
    body: form(tokenForm, { token: accessToken }),
    answers: ok(introspection, 'what it is', {
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
    summary: 'What happened after a position, as far back as seven days',
    description:
      'In the order in which the broker was given it. With `Accept: text/event-stream` the same as Server-Sent Events, and ' +
      'then what comes: `id` is the position, `event` the type, `data` the CloudEvent; `limit` does not count.',
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
    summary: 'All users as they are, by id; where to begin without history',
    description:
      'Users that are not in it were deleted. Go on with `GET /events` after the `position` of the first page.',
    by: { service: 'events.read' },
    query: snapshotQuery,
    answers: ok(snapshotPage, 'a page', { users: [adasState], next: null, position: 1200 }),
  }),
  lookUpSessions: call('POST /internal/sessions/lookup', {
    tag: 'services',
    summary: 'Which of these sessions count, and what time it is',
    isInternal: true,
    by: { service: 'sessions.lookup' },
    // As many ids as may be asked for at once are more than the usual 16 KiB.
    body: json(sessionLookup, { ids: [sessionId] }, 32 * 1024),
    answers: ok(sessionLookupAnswer, 'one entry for each id', {
      now_ms: 1_770_829_960_002,
      sessions: [{ state: 'active', id: sessionId, expires_at: '2026-02-12T17:12:40.002Z', user: adasState }],
    }),
  }),
}
