import { setTimeout as delay } from 'node:timers/promises'
import type { HistoryQuery } from '@gatehouse/contracts'
import { AppError, type Logger } from '@gatehouse/service'
import type { Response } from 'express'
import type { History } from '../outbox/history.repository.ts'
import { createWakeUp } from '../outbox/wake-up.ts'
import { type EventWriter, openEventWriter } from './event-writer.ts'

type Needs = { history: History; log: Pick<Logger, 'warn'>; maxStreams?: number; keepAliveMs?: number }
type Stream = { wakeUp: ReturnType<typeof createWakeUp>; writer: EventWriter }

const pollMs = 250
const pageSize = 200

const tooManyStreams = () =>
  new AppError('unavailable', 'too_many_streams', 'This replica serves no more event streams. Try again shortly.', {
    headers: { 'Retry-After': '5' },
  })

/** `GET /events` as Server-Sent Events: the history page by page, then new events as they are published. */
export const createEventStreams = ({ history, log, maxStreams = 100, keepAliveMs = 15_000 }: Needs) => {
  const open = new Set<Stream>()
  const running = new Set<Promise<void>>()
  let isPolling = false
  let isStopping = false

  /** Polls the database once for all streams, and not at all without streams. */
  const poll = async () => {
    if (isPolling) return
    isPolling = true
    let head = -1
    let isBroken = false
    while (open.size > 0) {
      try {
        const now = await history.readHead()
        isBroken = false
        if (now !== head) for (const { wakeUp } of open) wakeUp.notify()
        head = now
      } catch (error) {
        // The streams stay open, and catch up when the database is back.
        if (!isBroken) log.warn({ err: error }, 'cannot poll for new events')
        isBroken = true
      }
      await delay(pollMs)
    }
    isPolling = false
  }

  const run = async ({ wakeUp, writer }: Stream, query: HistoryQuery) => {
    let page = await history.readPage(query)
    let quietSince = performance.now()
    await writer.retryAfter(1_000)
    while (!writer.signal.aborted) {
      for (const { position, event } of page.events) await writer.event(position, event)
      if (page.events.length > 0) quietSince = performance.now()
      if (!page.more) {
        const leftMs = keepAliveMs - (performance.now() - quietSince)
        if (leftMs > 0) await wakeUp.wait(leftMs)
        else {
          await writer.keepAlive(page.next)
          quietSince = performance.now()
        }
      }
      if (!writer.signal.aborted) page = await history.readPage({ ...query, after: page.next })
    }
  }

  const serve = async (res: Response, query: HistoryQuery) => {
    const writer = openEventWriter(res)
    // A client that connects during shutdown is told to reconnect, and reaches another replica.
    if (isStopping) return writer.retryAfter(1_000).finally(writer.end)
    if (open.size >= maxStreams) throw tooManyStreams()
    const stream = { wakeUp: createWakeUp(), writer }
    writer.signal.addEventListener('abort', stream.wakeUp.notify)
    // Registered before the first page is read, so that it is woken for events right after that page.
    open.add(stream)
    void poll()
    try {
      await run(stream, { ...query, limit: pageSize })
    } catch (error) {
      if (!res.headersSent) throw error
      // The client reconnects with its last event id, and then gets the error as a response.
      if (!writer.signal.aborted) log.warn({ err: error }, 'an event stream ended early')
    } finally {
      open.delete(stream)
    }
    writer.end()
  }

  return {
    /** Returns when the stream has ended. @throws AppError `history_gone`, `too_many_streams`, before anything is sent */
    serve: (res: Response, query: HistoryQuery) => {
      const served = serve(res, query)
      const ended: Promise<void> = served.catch(() => undefined).finally(() => running.delete(ended))
      running.add(ended)
      return served
    },
    /** Ends every stream; the clients reconnect to other replicas. */
    close: async () => {
      isStopping = true
      for (const { writer } of open) writer.stop()
      await Promise.all(running)
    },
  }
}
export type EventStreams = ReturnType<typeof createEventStreams>
