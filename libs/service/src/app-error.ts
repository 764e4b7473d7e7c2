const statusOf = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  timed_out: 408,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media: 415,
  precondition_required: 428,
  too_many: 429,
  unavailable: 503,
} as const

/** What went wrong from the client's point of view. The mapping to an HTTP status exists only here. */
export type Kind = keyof typeof statusOf

type Options = ErrorOptions & {
  /** Response headers that belong to the refusal: `WWW-Authenticate`, `Retry-After`, `Allow`. */
  headers?: Record<string, string>
  /** `error` at token endpoints (RFC 6749 §5.2), if the kind does not determine it. */
  oauthError?: string
}

/** An error that the client can act on. Any other error is a bug or an outage. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: Kind
  readonly code: string
  readonly headers: Record<string, string>
  readonly oauthError: string | undefined
  constructor(kind: Kind, code: string, message: string, { headers = {}, oauthError, ...rest }: Options = {}) {
    super(message, rest)
    this.kind = kind
    this.code = code
    this.headers = headers
    this.oauthError = oauthError
  }
  get status() {
    return statusOf[this.kind]
  }
}
