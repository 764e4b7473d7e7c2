import { setTimeout as delay } from 'node:timers/promises'
import type { Channel, ChannelModel } from 'amqplib'
import { asError } from './as-error.ts'
import { openConnection } from './open-connection.ts'
import { withTimeout } from './with-timeout.ts'

/** The part of a logger that is used here; `console` and pino's loggers have it. */
export type Log = Record<'info' | 'warn' | 'error', (details: object, message: string) => void>

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

export type LinkState = {
  /** Connected and set up. */
  connected: boolean
  /** The broker has an alarm and blocks publishing. */
  blocked: boolean
  /** Connections after the first one. */
  reconnects: number
  /** Why the link is down; null while it is connected. */
  lastError: string | null
}

/** Drops the connection and makes a new one, for this reason. */
export type Reconnect = (reason: Error) => void

type Options = {
  url: string
  /** The name of the connection in the broker's list. */
  name: string
  log: Log
  /** Opens channels and declares what they need, on each new connection, within 5 s. */
  setUp: (connection: ChannelModel, reconnect: Reconnect) => Promise<void>
  /** Called when a connection has ended or could not be set up. */
  onDisconnected?: () => void
}

const connectWithinMs = 2_000
const setUpWithinMs = 5_000
const closeWithinMs = 500
const backOffMs = { least: 100, most: 2_000 }

/** Reconnects when the channel closes, so that a new connection is the only way to recover. */
export const watchChannel = (channel: Channel, reconnect: Reconnect) => {
  channel.on('error', reconnect)
  channel.on('close', () => reconnect(new Error('the channel was closed')))
}

/**
 * Keeps one connection to the broker: connects, sets up, and reconnects after any failure, with a pause of at most 2 s. It
 * starts while the broker is down, and never throws, whatever the peer sends. amqplib's own recovery restores only the
 * connection, and waits for ever for a set-up step that is not answered.
 */
export const startBrokerLink = ({ url, name, log, setUp, onDisconnected }: Options) => {
  const state: LinkState = { connected: false, blocked: false, reconnects: 0, lastError: null }
  const stopping = new AbortController()
  let connects = 0

  const onBlocked = (reason: string | null) => {
    state.blocked = reason !== null
    log.warn({ name, reason }, reason === null ? 'the broker unblocked publishing' : 'the broker blocked publishing')
  }

  /** One connection from start to end. Resolves when the link is stopped, and rejects for any other reason. */
  const runOnce = async () => {
    const { promise: ended, resolve: stop, reject: reconnect } = Promise.withResolvers<void>()
    ended.catch(() => undefined) // handled below, unless something else fails first
    const abortSocket = new AbortController()
    stopping.signal.addEventListener('abort', () => stop(), { signal: abortSocket.signal })
    const orEnded = async <Value>(work: Promise<Value>) => {
      work.catch(() => undefined)
      return (await Promise.race([work, ended])) as Value
    }
    try {
      const opening = openConnection({ url, name, signal: abortSocket.signal, onDisconnected: reconnect, onBlocked })
      const connection = await orEnded(withTimeout(connectWithinMs, 'connecting', opening))
      if (stopping.signal.aborted) return
      await orEnded(withTimeout(setUpWithinMs, 'setting up', setUp(connection, reconnect)))
      if (!stopping.signal.aborted) {
        Object.assign(state, { connected: true, lastError: null, reconnects: connects })
        connects += 1
        log.info({ name }, 'connected to the broker')
        await ended.finally(() => {
          state.connected = false
        })
      }
      await withTimeout(closeWithinMs, 'closing', connection.close())
    } finally {
      Object.assign(state, { connected: false, blocked: false })
      abortSocket.abort() // leaves no half-open socket
      onDisconnected?.()
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
        if (stopping.signal.aborted)
          return log.info({ name, err: error }, 'closed the connection to the broker without a handshake')
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
