import { once } from 'node:events'
import type { GatehouseEvent } from '@gatehouse/contracts'
import { type Log, startEventConsumer } from '@gatehouse/events'

type Options = {
  brokerUrl: string
  onEvent: (event: GatehouseEvent) => void
  /** Tells what is no event, apart from them. */
  say: (line: string) => void
}

/** The link logs every attempt to come back; a person needs to read each reason once. */
const createTerminalLog = (say: Options['say']): Log => {
  let last = ''
  const tell = (details: object, message: string) => {
    const { err, why } = details as { err?: Error; why?: string }
    const line = `${message}: ${err?.message ?? why ?? JSON.stringify(details)}`
    if (line !== last) say(line)
    if (err) last = line
  }
  const forget = () => {
    last = ''
  }
  return { info: forget, warn: tell, error: tell }
}

const untilSignal = async () => {
  const done = new AbortController()
  const { signal } = done
  try {
    // A container is not told that whoever read its output has gone; that its input ends, which came from there, it is.
    process.stdin.resume()
    const closed = once(process.stdin, 'end', { signal })
    await Promise.race([once(process, 'SIGINT', { signal }), once(process, 'SIGTERM', { signal }), closed])
  } finally {
    done.abort()
    process.stdin.destroy()
  }
}

/** Hands out events as they happen, by a queue that is gone with this process, until a signal or the end of its input. */
export const tailEvents = async ({ brokerUrl, onEvent, say }: Options) => {
  let isBack = false
  const consumer = startEventConsumer({
    url: brokerUrl,
    name: 'operator events tail',
    log: createTerminalLog(say),
    queuePrefix: 'operator.tail',
    onEvent,
    onHeartbeat: () => {},
    onBound: () => {
      say(isBack ? 'Connected again; what happened meanwhile is not shown.' : 'Connected; Ctrl-C ends.')
      isBack = true
    },
  })
  await untilSignal()
  await consumer.stop()
}
