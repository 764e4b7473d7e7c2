import type { Plant } from '@gatehouse/e2e/support/planted.ts'

const directory = 'libs/token-verifier/src/sessions/session-directory.ts'

export const plants = {
  /** The last event received wins, even if it is older: a new leader of the relay publishes some events again. */
  'no version guard': {
    file: directory,
    replace: [['if (!known || known.state.version >= change.version) return', 'if (!known) return']],
  },
  /** A slow answer overwrites events that arrived after its look-up was sent. */
  'no floor': {
    file: directory,
    replace: [
      ['|| concurrent.ended.has(answer.id)', ''],
      ['before && (before.user === null || before.askedAt > askedAt)', 'false'],
      ['if (newer) update(newer)', ''],
      ['Object.assign(before, fields)', 'Object.assign(before, fields, { user })'],
    ],
  },
  /** Rows are marked sent before the broker has them safe. */
  'marked before confirmed': {
    file: 'services/identity/src/outbox/run-as-leader.ts',
    replace: [
      [
        'const outcomes = await publisher.publishAll(rows)',
        'await connection.markSent(rows.map((it) => it.seq))\nconst outcomes = await publisher.publishAll(rows)',
      ],
    ],
  },
  /** What lies behind a cursor is taken for sent: a row that got its number first and was committed last is skipped. */
  'a cursor': {
    file: 'services/identity/src/outbox/unsent.repository.ts',
    replace: [
      [
        'FROM outbox WHERE sent_at IS NULL ORDER BY seq LIMIT $1',
        'FROM outbox WHERE seq > (SELECT coalesce(max(seq), 0) FROM outbox WHERE sent_at IS NOT NULL) ORDER BY seq LIMIT $1',
      ],
    ],
  },
  /** A message is acked when it comes, not when it is handled. */
  'acked before handled': {
    file: 'libs/events/src/subscriber/subscribe.ts',
    replace: [
      [
        'const work = handle(message)\n      .then(() => channel.ack(message))\n      .catch(reconnect)',
        'channel.ack(message)\nconst work = handle(message).catch(reconnect)',
      ],
    ],
  },
} satisfies Record<string, Plant>
