import type { LinkState, Outcome } from '@gatehouse/events'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** The metrics of the relay. */
export const createRelayMetrics = (registry: Registry) => {
  const registers = [registry]
  const outcomesTotal = new Counter({
    name: 'outbox_published_total',
    help: 'Events sent to the broker, by outcome; `returned`: no queue was bound',
    labelNames: ['outcome'],
    registers,
  })
  const seconds = new Histogram({
    name: 'outbox_publish_seconds',
    help: 'Time from reading a batch to marking it sent',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  const unsent = new Gauge({
    name: 'outbox_unsent',
    help: 'Events not yet confirmed, counted up to 100,000; reported by the leader only',
    registers,
  })
  const oldest = new Gauge({
    name: 'outbox_oldest_unsent_seconds',
    help: 'Age of the oldest unconfirmed event; reported by the leader only',
    registers,
  })
  const leader = new Gauge({ name: 'outbox_relay_leader', help: '1 on the replica whose relay leads', registers })
  const purged = new Counter({
    name: 'outbox_purged_total',
    help: 'Sent events deleted after their retention',
    registers,
  })

  // A former leader must not keep reporting an outdated backlog.
  const clearBacklog = () => {
    unsent.set(Number.NaN)
    oldest.set(Number.NaN)
  }
  clearBacklog()

  return {
    count: (outcomes: Outcome[], batchSeconds: number) => {
      for (const outcome of outcomes) outcomesTotal.inc({ outcome })
      seconds.observe(batchSeconds)
    },
    backlog: (now: { unsent: number; oldestSeconds: number }) => {
      unsent.set(now.unsent)
      oldest.set(now.oldestSeconds)
    },
    purged: (rows: number) => purged.inc(rows),
    leader: (leads: boolean) => {
      leader.set(leads ? 1 : 0)
      if (!leads) clearBacklog()
    },
    watchBroker: (state: () => LinkState) => {
      const read = (name: string, help: string, value: (now: LinkState) => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(value(state()))
          },
        })
      read('outbox_broker_connected', '1 while the publisher is connected', (it) => (it.connected ? 1 : 0))
      read('outbox_broker_blocked', '1 while an alarm of the broker blocks publishing', (it) => (it.blocked ? 1 : 0))
      read('outbox_broker_reconnects', 'Reconnects of the publisher', (it) => it.reconnects)
    },
  }
}
export type RelayMetrics = ReturnType<typeof createRelayMetrics>
