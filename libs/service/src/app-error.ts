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

/** What went wrong, in terms of the caller; the only place where it meets an HTTP status. */
export type Kind = keyof typeof statusOf

type Options = ErrorOptions & {
  /** Response headers that belong to the refusal: `WWW-Authenticate`, `Retry-After`, `Allow`. */
  headers?: Record<string, string>
  /** RFC 6749 §5.2 `error` at token endpoints, where the kind alone does not tell. */
  oauthError?: string
}

/** An outcome the caller can act on. Anything else thrown is a bug or an outage. */
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
