import { expectStatus, type HttpClient } from './http-client.ts'
import { password, usernameOf } from './users.ts'

/** Any of 16 million addresses, the nth always the same. Identity believes the proxy in front of it, which here is us. */
export const addressOf = (nth: number) => `10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}`

export const loginCall = (username: string, secret: string, address: string) => ({
  method: 'POST' as const,
  path: '/auth/login',
  headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
  body: JSON.stringify({ username, password: secret }),
})

export const signIn = async ({ call }: HttpClient, nth: number) => {
  const { body } = expectStatus(await call(loginCall(usernameOf(nth), password, addressOf(nth))), 200)
  const tokens = JSON.parse(body) as { access_token: string; refresh_token: string }
  return { authorization: `Bearer ${tokens.access_token}`, refreshToken: tokens.refresh_token }
}
