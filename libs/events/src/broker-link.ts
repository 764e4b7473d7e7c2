import { setTimeout as delay } from 'node:timers/promises'
import { type ChannelModel, connect } from 'amqplib'

/** The little of a logger that is needed here; pino's fits. */
export type Log = Record<'info' | 'warn' | 'error', (details: object, message: string) => void>

export type LinkState = { connected: boolean; blocked: boolean; reconnects: number; lastError: string | null }

/** Tells the link that what was set up is broken, so that it starts over. */
export type Lost = (reason: Error) => void

type Options = {
  url: string
  /** Shown in the broker's list of connections. */
  name: string
  log: Log
  /** Opens channels and all that belongs to them; called anew on each connection. */
  setUp: (connection: ChannelModel, lost: Lost) => Promise<void>
  onLost?: () => void
}

const connectWithinMs = 2_000
const setUpWithinMs = 5_000
const heartbeatSeconds = 5
const backOffMs = { least: 100, most: 2_000 }

const within = async <Value>(work: Promise<Value>, ms: number, what: string): Promise<Value> => {
  const done = new AbortController()
  const expiry = delay(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms} ms`)
  })
  // Whichever loses the race may still fail, with nobody there to hear it.
  work.catch(() => undefined)
  expiry.catch(() => undefined)
  try {
    return await Promise.race([work, expiry])
  } finally {
    done.abort()
  }
}

const withHeartbeat = (url: string) => {
  const full = new URL(url)
  full.searchParams.set('heartbeat', String(heartbeatSeconds))
  return full.href
}

/** Says goodbye, and hangs up on a broker that does not answer. */
const closeConnection = async (connection: ChannelModel, log: Log) => {
  try {
    await within(connection.close(), 1_000, 'closing')
  } catch (error) {
    log.info({ err: error }, 'hanging up on the broker')
    const { stream } = connection.connection as unknown as { stream: { destroy: () => void } }
    stream.destroy()
  }
}

/**
 * Keeps one connection to the broker: connects, sets up, and when any of it breaks starts over, with a pause of at most
 * 2 s. It starts without the broker, and no behaviour of the peer makes it throw. amqplib's own recovery is not used: it
 * restores the connection alone and waits for ever on a set-up step that is never answered.
 */
export const startBrokerLink = ({ url, name, log, setUp, onLost }: Options) => {
  const state: LinkState = { connected: false, blocked: false, reconnects: 0, lastError: null }
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()))

  const runOnce = async () => {
    const connection = await connect(withHeartbeat(url), {
      timeout: connectWithinMs,
      clientProperties: { connection_name: name },
    })
    const { promise: broken, reject: lost } = Promise.withResolvers<never>()
    broken.catch(() => undefined)
    connection.on('error', lost)
    connection.on('close', () => lost(new Error('the connection was closed')))
    connection.on('blocked', (reason: string) => {
      state.blocked = true
      log.warn({ name, reason }, 'the broker takes no messages')
    })
    connection.on('unblocked', () => {
      state.blocked = false
    })
    try {
      await Promise.race([within(setUp(connection, lost), setUpWithinMs, 'setting up'), broken])
      state.connected = true
      state.lastError = null
      log.info({ name }, 'connected to the broker')
      await Promise.race([broken, stopped])
    } finally {
      state.connected = false
      state.blocked = false
      onLost?.()
      await closeConnection(connection, log)
    }
  }

  const run = async () => {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        await runOnce()
      } catch (error) {
        failures = state.connected || state.lastError === null ? 1 : failures + 1
        state.lastError = error instanceof Error ? error.message : String(error)
        state.reconnects += 1
        log.warn({ name, err: error }, 'lost the broker')
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
export type BrokerLink = ReturnType<typeof startBrokerLink>
