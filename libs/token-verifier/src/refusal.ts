import { challenge } from './tokens/bearer.ts'

const responses = {
  token_missing: [401, undefined],
  invalid_token: [401, 'invalid_token'],
  session_ended: [401, 'invalid_token'],
  invalid_request: [400, 'invalid_request'],
  insufficient_scope: [403, 'insufficient_scope'],
  cannot_verify: [503, undefined],
} as const

export type RefusalCode = keyof typeof responses

/** A refused request, with the response to send (RFC 6750 §3). `code` is stable. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Record<string, string>
  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    const [status, error] = responses[code]
    this.code = code
    this.status = status
    this.headers = status === 503 ? { 'Retry-After': '1' } : { 'WWW-Authenticate': challenge(error) }
  }
}
