import { once } from 'node:events'
import type { GatehouseEvent } from '@gatehouse/contracts'
import type { Response } from 'express'

const drainWithinMs = 30_000

/** Writes Server-Sent Events no faster than the client takes them; one that takes none for 30 s is hung up on. */
export const openEventWriter = (res: Response) => {
  const ended = new AbortController()
  const { signal } = ended
  res.once('close', () => ended.abort())

  const write = async (text: string) => {
    if (!res.headersSent) {
      // No proxy on the way is to collect what it is sent.
      res.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
        // A connection that falls idle while the server closes would hold it up.
        Connection: 'close',
      })
    }
    if (signal.aborted || res.write(text)) return
    const patience = AbortSignal.timeout(drainWithinMs)
    try {
      await once(res, 'drain', { signal: AbortSignal.any([signal, patience]) })
    } catch (error) {
      // Told to stop, we may not wait for a client that takes nothing.
      res.destroy()
      if (!signal.aborted) throw error
    }
  }

  return {
    /** Aborted, there is nothing more to write: the client has gone, or we stop. */
    signal,
    event: (position: number, event: GatehouseEvent) =>
      write(`id: ${position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    /** An id without data dispatches nothing, but a client that comes back names it: it falls behind no purge. */
    keepAlive: (position: number) => write(`: keep-alive\nid: ${position}\n\n`),
    retryAfter: (ms: number) => write(`retry: ${ms}\n\n`),
    stop: () => ended.abort(),
    end: () => void res.end(),
  }
}
export type EventWriter = ReturnType<typeof openEventWriter>
