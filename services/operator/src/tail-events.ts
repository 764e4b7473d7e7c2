import { once } from 'node:events'
import type { GatehouseEvent } from '@gatehouse/contracts'
import { type Log, startEventConsumer } from '@gatehouse/events'

type Options = {
  brokerUrl: string
  onEvent: (event: GatehouseEvent) => void
  /** Prints messages to standard error. */
  say: (line: string) => void
}

/** Prints each reason for a lost connection once, although every attempt to reconnect is logged. */
const createTerminalLog = (say: Options['say']): Log => {
  let last = ''
  const print = (details: object, message: string) => {
    const { err, why } = details as { err?: Error; why?: string }
    const line = `${message}: ${err?.message ?? why ?? JSON.stringify(details)}`
    if (line !== last) say(line)
    if (err) last = line
  }
  const forget = () => {
    last = ''
  }
  return { info: forget, warn: print, error: print }
}

const untilSignal = async () => {
  const done = new AbortController()
  const { signal } = done
  try {
    // Docker forwards no SIGPIPE. The end of standard input shows that the reader has left.
    process.stdin.resume()
    const closed = once(process.stdin, 'end', { signal })
    await Promise.race([once(process, 'SIGINT', { signal }), once(process, 'SIGTERM', { signal }), closed])
  } finally {
    done.abort()
    process.stdin.destroy()
  }
}

/** Delivers events from an exclusive queue until a signal or the end of standard input. */
export const tailEvents = async ({ brokerUrl, onEvent, say }: Options) => {
  let isReconnect = false
  const consumer = startEventConsumer({
    url: brokerUrl,
    name: 'operator events tail',
    log: createTerminalLog(say),
    queuePrefix: 'operator.tail',
    onEvent,
    onHeartbeat: () => {},
    onBound: () => {
      say(isReconnect ? 'Connected again; events in the meantime were missed.' : 'Connected; Ctrl-C ends.')
      isReconnect = true
    },
  })
  await untilSignal()
  await consumer.stop()
}
