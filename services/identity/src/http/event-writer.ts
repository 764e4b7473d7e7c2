import { once } from 'node:events'
import type { GatehouseEvent } from '@gatehouse/contracts'
import type { Response } from 'express'

const drainWithinMs = 30_000

/** Writes Server-Sent Events with backpressure. A client that reads nothing for 30 s is disconnected. */
export const openEventWriter = (res: Response) => {
  const ended = new AbortController()
  const { signal } = ended
  res.once('close', () => ended.abort())

  const write = async (text: string) => {
    if (!res.headersSent) {
      res.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no', // proxies must not buffer
        // An idle kept-alive connection would delay the shutdown of the server.
        Connection: 'close',
      })
    }
    if (signal.aborted || res.write(text)) return
    const timeout = AbortSignal.timeout(drainWithinMs)
    try {
      await once(res, 'drain', { signal: AbortSignal.any([signal, timeout]) })
    } catch (error) {
      // The client reads nothing, or the service is stopping: do not wait for it.
      res.destroy()
      if (!signal.aborted) throw error
    }
  }

  return {
    /** Aborted when the client has disconnected or the service is stopping. */
    signal,
    event: (position: number, event: GatehouseEvent) =>
      write(`id: ${position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    /** An id without data dispatches no event, but a reconnecting client sends it, so that it does not fall behind the purge. */
    keepAlive: (position: number) => write(`: keep-alive\nid: ${position}\n\n`),
    retryAfter: (ms: number) => write(`retry: ${ms}\n\n`),
    stop: () => ended.abort(),
    end: () => void res.end(),
  }
}
export type EventWriter = ReturnType<typeof openEventWriter>
