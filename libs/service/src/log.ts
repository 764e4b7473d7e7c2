import { type Logger, pino } from 'pino'
import { currentRequest } from './request-context.ts'

export type { Logger }

/** One JSON line an entry on standard output; the id of the request at hand is in each. */
export const createLog = (service: string, level: string): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const request = currentRequest()
      return request ? { request_id: request.requestId } : {}
    },
  })
