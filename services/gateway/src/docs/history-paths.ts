import { historyPage, historyQuery, lastEventId, snapshotPage, snapshotQuery } from '@gatehouse/contracts'
import { z } from 'zod'
import type { ZodOpenApiObject } from 'zod-openapi'
import { json, refused } from './answers.ts'

const security = [{ service: [] }]

/** Events for services without a broker. */
export const historyPaths: ZodOpenApiObject['paths'] = {
  '/events': {
    get: {
      tags: ['services'],
      operationId: 'readEvents',
      summary: 'What happened after a position, as far back as seven days',
      description:
        'In the order in which the broker was given it. With `Accept: text/event-stream` the same as Server-Sent Events, and ' +
        'then what comes: `id` is the position, `event` the type, `data` the CloudEvent; `limit` does not count.',
      security,
      requestParams: { query: historyQuery, header: z.object({ 'Last-Event-ID': lastEventId.optional() }) },
      responses: {
        200: {
          description: 'the page, or the stream',
          content: { 'application/json': { schema: historyPage }, 'text/event-stream': { schema: z.string() } },
        },
        ...refused(400, 401, 410, 503),
      },
    },
  },
  '/events/snapshot': {
    get: {
      tags: ['services'],
      operationId: 'readSnapshot',
      summary: 'All users as they are, by id; where to begin without history',
      description:
        'Users that are not in it were deleted. Go on with `GET /events` after the `position` of the first page.',
      security,
      requestParams: { query: snapshotQuery },
      responses: { 200: json(snapshotPage, 'a page'), ...refused(400, 401, 503) },
    },
  },
}
