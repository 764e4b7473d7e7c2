import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { escapeInvisible } from './invisible.ts'
import { loggedError } from './logged-error.ts'
import { redactSecrets } from './redact-secrets.ts'
import { currentRequest } from './request-context.ts'

export type { Logger }

/** A logger that writes JSON lines, by default to standard output, with the id of the current request. */
export const createLog = (service: string, level: string, to: DestinationStream = pino.destination(1)): Logger => {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const request = currentRequest()
      return request ? { request_id: request.requestId } : {}
    },
    serializers: { err: (error) => loggedError(error) },
    hooks: { streamWrite: (line) => redactSecrets(escapeInvisible(line)) },
  }
  return pino(options, to)
}
