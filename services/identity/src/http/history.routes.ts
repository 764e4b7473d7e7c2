import { historyQuery, lastEventId } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import { z } from 'zod'
import type { History } from '../outbox/history.repository.ts'
import type { PlainHandlers } from './authenticate.ts'
import type { EventStreams } from './event-streams.ts'

const resumeHeaders = z.object({ 'last-event-id': lastEventId.optional() })

/** A page of events, or with `Accept: text/event-stream` a stream of all existing and new events. */
export const eventsRoute =
  ({ readPage }: History, { serve }: EventStreams): PlainHandlers['readEvents'] =>
  async (req, res) => {
    const query = parseRequest(historyQuery, req.query)
    const isStream = req.method === 'GET' && req.accepts(['json', 'text/event-stream']) === 'text/event-stream'
    if (!isStream) {
      const { events, next, more } = await readPage(query)
      return res.json({ events: events.map((it) => it.event), next, more })
    }
    const { 'last-event-id': seen } = parseRequest(resumeHeaders, req.headers)
    return serve(res, seen === undefined ? query : { ...query, after: seen })
  }
