import { createClient, granted } from '@gatehouse/testkit'
import { password, usernameOf } from './users.ts'

/** Any of 16 million addresses, the nth always the same. Identity believes the proxy in front of it, which here is us. */
export const addressOf = (nth: number) => `10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}`

export const loginCall = (username: string, secret: string, address: string) => ({
  method: 'POST' as const,
  path: '/auth/login',
  headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
  body: JSON.stringify({ username, password: secret }),
})

/** Signs the nth user in, by a client of its own: no connection of those that are measured. */
export const signIn = async (url: string, nth: number) => {
  const client = createClient(url)
  const body = { username: usernameOf(nth), password }
  const tokens = await granted(client.logIn({ body, headers: { 'x-forwarded-for': addressOf(nth) } }))
  return {
    client: client.as(tokens.access_token),
    authorization: `Bearer ${tokens.access_token}`,
    refreshToken: tokens.refresh_token,
  }
}
