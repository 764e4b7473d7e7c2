import type { KeySet, LiveSessions } from '@gatehouse/token-verifier'
import { Counter, Gauge, type Registry } from 'prom-client'

type AnsweredFrom = 'memory' | 'identity' | 'grace' | 'nothing'
type Sources = { keys: KeySet['state']; sessions: LiveSessions['state'] }

/** What an operator watches of the gateway; read from its parts at each scrape. */
export const createGatewayMetrics = (registry: Registry) => {
  const registers = [registry]
  const answers = new Counter({
    name: 'gateway_session_checks_total',
    help: 'Session checks by where the answer came from',
    labelNames: ['from'],
    registers,
  })
  const counters = {
    memory: answers.labels('memory'),
    identity: answers.labels('identity'),
    grace: answers.labels('grace'),
    nothing: answers.labels('nothing'),
  }
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
    count: (from: AnsweredFrom) => counters[from].inc(),
    watch: ({ keys, sessions }: Sources) => {
      read(
        'gateway_staleness_seconds',
        'How far memory lies behind identity; +Inf when unknown',
        () => sessions().stalenessMs / 1000,
      )
      read('gateway_sessions', 'Sessions in memory', () => sessions().sessions)
      read('gateway_lookup_calls', 'Look-up calls to identity', () => sessions().lookUps.calls)
      read('gateway_lookup_sessions', 'Sessions asked in them', () => sessions().lookUps.sessions)
      read('gateway_lookup_failures', 'Look-up calls that failed', () => sessions().lookUps.failures)
      read('gateway_events_applied', 'Events applied', () => sessions().events.applied)
      read('gateway_events_not_understood', 'Messages that fit no schema', () => sessions().events.notUnderstood)
      read('gateway_key_fetches', 'Fetches of the key set', () => keys().fetches)
      read('gateway_broker_reconnects', 'Times the broker was lost', () => sessions().broker.reconnects)
    },
  }
}
