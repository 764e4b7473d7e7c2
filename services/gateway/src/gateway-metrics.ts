import type { KeySet, LiveSessions } from '@gatehouse/token-verifier'
import { Counter, Gauge, type Registry } from 'prom-client'

type AnsweredFrom = 'memory' | 'identity' | 'grace' | 'nothing'
type Sources = { keys: KeySet['state']; sessions: LiveSessions['state'] }

/** The metrics of the gateway, read from its parts at each scrape. */
export const createGatewayMetrics = (registry: Registry) => {
  const registers = [registry]
  const answers = new Counter({
    name: 'gateway_session_checks_total',
    help: 'Session checks, by the source of the result',
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
        'How far the sessions in memory are behind identity; +Inf if unknown',
        () => sessions().stalenessMs / 1000,
      )
      read('gateway_sessions', 'Sessions in memory', () => sessions().sessions)
      read('gateway_lookup_calls', 'Session look-up calls to identity', () => sessions().lookUps.calls)
      read('gateway_lookup_sessions', 'Sessions looked up by these calls', () => sessions().lookUps.sessions)
      read('gateway_lookup_failures', 'Failed session look-up calls', () => sessions().lookUps.failures)
      read('gateway_events_applied', 'Events applied', () => sessions().events.applied)
      read(
        'gateway_events_not_understood',
        'Messages that match no event schema',
        () => sessions().events.notUnderstood,
      )
      read('gateway_key_fetches', 'Fetches of the key set', () => keys().fetches)
      read('gateway_broker_reconnects', 'Lost connections to the broker', () => sessions().broker.reconnects)
    },
  }
}
