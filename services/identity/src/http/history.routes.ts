import { historyQuery, lastEventId, snapshotQuery } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { History } from '../outbox/history.repository.ts'
import type { EventStreams } from './event-streams.ts'

const resuming = z.object({ 'last-event-id': lastEventId.optional() })

/** `GET /events`: a page, or with `Accept: text/event-stream` all that is there and all that comes. */
export const eventsRoute =
  ({ readPage }: History, { serve }: EventStreams): RequestHandler =>
  async (req, res) => {
    const query = parseRequest(historyQuery, req.query)
    const isStream = req.method === 'GET' && req.accepts(['json', 'text/event-stream']) === 'text/event-stream'
    if (!isStream) {
      const { events, next, more } = await readPage(query)
      res.set('Cache-Control', 'no-store').json({ events: events.map((it) => it.event), next, more })
      return
    }
    const { 'last-event-id': seen } = parseRequest(resuming, req.headers)
    await serve(res, seen === undefined ? query : { ...query, after: seen })
  }

/** `GET /events/snapshot` */
export const snapshotRoute =
  ({ snapshot }: Accounts): RequestHandler =>
  async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await snapshot(parseRequest(snapshotQuery, req.query)))
  }
