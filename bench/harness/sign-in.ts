import { createClient, granted } from '@gatehouse/testkit'
import { password, usernameOf } from './users.ts'

/** The nth of 16 million addresses. Identity trusts its proxy, which here is the benchmark. */
export const addressOf = (nth: number) => `10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}`

export const loginCall = (username: string, secret: string, address: string) => ({
  method: 'POST' as const,
  path: '/auth/login',
  headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
  body: JSON.stringify({ username, password: secret }),
})

/** Signs the nth user in, with a client whose connections are not measured. */
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
