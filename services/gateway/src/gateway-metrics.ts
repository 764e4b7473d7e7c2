import { Counter, Gauge, type Registry } from 'prom-client'

type Sources = {
  stalenessMs: () => number
  sessions: () => number
  lookUps: () => { calls: number; sessions: number; failures: number }
  events: () => { applied: number; notUnderstood: number }
  keyFetches: () => number
  reconnects: () => number
}

/** What an operator watches of the gateway; read from its parts at each scrape. */
export const createGatewayMetrics = (registry: Registry) => {
  const registers = [registry]
  const answers = new Counter({
    name: 'gateway_session_checks_total',
    help: 'Session checks by where the answer came from',
    labelNames: ['from'],
    registers,
  })
  const read = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  return {
    count: (from: 'memory' | 'identity' | 'grace' | 'nothing') => answers.inc({ from }),
    watch: ({ stalenessMs, sessions, lookUps, events, keyFetches, reconnects }: Sources) => {
      read(
        'gateway_staleness_seconds',
        'How far memory lies behind identity; +Inf when unknown',
        () => stalenessMs() / 1000,
      )
      read('gateway_sessions', 'Sessions in memory', sessions)
      read('gateway_lookup_calls', 'Look-up calls to identity', () => lookUps().calls)
      read('gateway_lookup_sessions', 'Sessions asked in them', () => lookUps().sessions)
      read('gateway_lookup_failures', 'Look-up calls that failed', () => lookUps().failures)
      read('gateway_events_applied', 'Events applied', () => events().applied)
      read('gateway_events_not_understood', 'Messages that fit no schema', () => events().notUnderstood)
      read('gateway_key_fetches', 'Fetches of the key set', keyFetches)
      read('gateway_broker_reconnects', 'Times the broker was lost', reconnects)
    },
  }
}
