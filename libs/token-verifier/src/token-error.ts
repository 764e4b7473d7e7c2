/** Why a token is invalid. Stable, for logs and metrics; clients get `invalid_token` for each of them (RFC 6750 §3.1). */
export type TokenErrorCode =
  | 'token_too_large'
  | 'token_malformed'
  | 'token_algorithm'
  | 'token_type'
  | 'token_critical_header'
  | 'token_unknown_key'
  | 'token_signature'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_issuer'
  | 'token_audience'
  | 'token_claims'
  | 'token_lifetime'

/** The token is invalid. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly code: TokenErrorCode
  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The token cannot be verified: no key set has been fetched yet, or none for too long. Answer 503, never 401. */
export class CannotVerifyError extends Error {
  override readonly name = 'CannotVerifyError'
  readonly code = 'cannot_verify'
}
