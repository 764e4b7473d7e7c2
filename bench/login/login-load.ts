import type { Answer, HttpClient } from '../harness/http-client.ts'
import { addressOf, loginCall } from '../harness/sign-in.ts'
import { password, usernameOf } from '../harness/users.ts'

/** Successful sign-ins of different users from different addresses. */
export const logInOn =
  ({ call }: HttpClient, users: number) =>
  (_client: number, nth: number) =>
    call(loginCall(usernameOf(1 + (nth % users)), password, addressOf(nth)))

/** A client that respects `Retry-After` (RFC 9110 §10.2.3). */
export const obeyRetryAfter = ({ status, headers }: Pick<Answer, 'status' | 'headers'>) =>
  status === 503 ? Number(headers['retry-after'] ?? 0) * 1000 : 0
