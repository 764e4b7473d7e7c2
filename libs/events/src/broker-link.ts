import { setTimeout as delay } from 'node:timers/promises'
import type { Channel, ChannelModel } from 'amqplib'
import { asError } from './as-error.ts'
import { openConnection } from './open-connection.ts'
import { within } from './within.ts'

/** The little of a logger that is needed here; pino's fits. */
export type Log = Record<'info' | 'warn' | 'error', (details: object, message: string) => void>

export const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }

export type LinkState = {
  /** Set up and, as far as anyone can tell, alive. */
  connected: boolean
  /** An alarm of the broker: it takes no messages for now. */
  blocked: boolean
  /** How often it came back; the first connection does not count. */
  reconnects: number
  /** Why it is not connected, or why it last was not. */
  lastError: string | null
}

/** Tells the link that what was set up is broken, so that it starts over. */
export type Lost = (reason: Error) => void

type Options = {
  url: string
  /** Shown in the broker's list of connections. */
  name: string
  log: Log
  /** Opens channels and all that belongs to them; called anew on each connection, and given 5 s. */
  setUp: (connection: ChannelModel, lost: Lost) => Promise<void>
  /** Called once for each `setUp` that was called, also for one that failed. */
  onLost?: () => void
}

const connectWithinMs = 2_000
const setUpWithinMs = 5_000
const closeWithinMs = 500
const backOffMs = { least: 100, most: 2_000 }

/** A channel that dies takes its connection with it: there is one way to start over, and it is always taken. */
export const watchChannel = (channel: Channel, lost: Lost) => {
  channel.on('error', lost)
  channel.on('close', () => lost(new Error('the channel was closed')))
}

/**
 * Keeps one connection to the broker: connects, sets up, and when any of it breaks starts over, with a pause of at most
 * 2 s. It starts without the broker, and no behaviour of the peer makes it throw. amqplib's own recovery is not used: it
 * restores the connection alone and waits for ever on a set-up step that is never answered.
 */
export const startBrokerLink = ({ url, name, log, setUp, onLost }: Options) => {
  const state: LinkState = { connected: false, blocked: false, reconnects: 0, lastError: null }
  const stopping = new AbortController()
  let connects = 0

  const onBlocked = (reason: string | null) => {
    state.blocked = reason !== null
    log.warn({ name, reason }, reason === null ? 'the broker takes messages again' : 'the broker takes no messages')
  }

  /** Ends well when the link is stopped, and throws for every other reason. */
  const runOnce = async () => {
    const { promise: ended, resolve: stop, reject: lost } = Promise.withResolvers<void>()
    ended.catch(() => undefined) // heard below, unless something else fails first
    const wire = new AbortController()
    stopping.signal.addEventListener('abort', () => stop(), { signal: wire.signal })
    const orEnded = async <Value>(work: Promise<Value>) => {
      work.catch(() => undefined)
      return (await Promise.race([work, ended])) as Value
    }
    try {
      const opening = openConnection({ url, name, wire: wire.signal, onLost: lost, onBlocked })
      const connection = await orEnded(within(connectWithinMs, 'connecting', opening))
      if (stopping.signal.aborted) return
      await orEnded(within(setUpWithinMs, 'setting up', setUp(connection, lost)))
      if (!stopping.signal.aborted) {
        Object.assign(state, { connected: true, lastError: null, reconnects: connects })
        connects += 1
        log.info({ name }, 'connected to the broker')
        await ended.finally(() => {
          state.connected = false
        })
      }
      await within(closeWithinMs, 'closing', connection.close())
    } finally {
      Object.assign(state, { connected: false, blocked: false })
      wire.abort() // whatever is left of it: no half-open socket stays behind
      onLost?.()
    }
  }

  const run = async () => {
    let failures = 0
    while (!stopping.signal.aborted) {
      const connectsBefore = connects
      try {
        await runOnce()
      } catch (reason) {
        const error = asError(reason)
        state.lastError = error.message
        if (stopping.signal.aborted) return log.info({ name, err: error }, 'left the broker without a goodbye')
        log.warn({ name, err: error }, 'no connection to the broker')
        failures = connects > connectsBefore ? 1 : failures + 1
        const most = Math.min(backOffMs.most, backOffMs.least * 2 ** failures)
        await delay(most * (0.5 + Math.random() / 2), undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  const ended = run()
  return {
    state: (): LinkState => ({ ...state }),
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
