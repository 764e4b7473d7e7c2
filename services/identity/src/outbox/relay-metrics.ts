import type { Outcome } from '@gatehouse/events'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What an operator watches of the relay. */
export const createRelayMetrics = (registry: Registry) => {
  const registers = [registry]
  const outcomesTotal = new Counter({
    name: 'outbox_published_total',
    help: 'Events handed to the broker, by outcome',
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
    help: 'Events not yet confirmed, as the leader sees it',
    registers,
  })
  const oldest = new Gauge({ name: 'outbox_oldest_unsent_seconds', help: 'Age of the oldest of them', registers })
  const leader = new Gauge({ name: 'outbox_relay_leader', help: '1 on the replica whose relay leads', registers })
  return {
    count: (outcomes: Outcome[], batchSeconds: number) => {
      for (const outcome of outcomes) outcomesTotal.inc({ outcome })
      seconds.observe(batchSeconds)
    },
    backlog: (now: { unsent: number; oldestSeconds: number }) => {
      unsent.set(now.unsent)
      oldest.set(now.oldestSeconds)
    },
    leader: (leads: boolean) => leader.set(leads ? 1 : 0),
  }
}
export type RelayMetrics = ReturnType<typeof createRelayMetrics>
