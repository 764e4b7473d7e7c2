import type { UserState } from '@gatehouse/contracts'
import { createClient, granted } from '@gatehouse/testkit'
import { as, gatehouse } from './client.ts'
import { heedRetryAfter } from './heed-retry-after.ts'

export type Credentials = { username: string; password: string }
export type TestUser = UserState & Credentials

/** Made by the seed job of the laptop compose file. */
export const admin: Credentials = { username: 'admin', password: 'changeme' }

export const trySignIn = ({ username, password }: Credentials) => gatehouse().logIn({ body: { username, password } })

/** @throws when the answer is no pair of tokens */
export const signIn = (credentials: Credentials) => granted(heedRetryAfter(() => trySignIn(credentials)))

/** Signs in for the access token alone. */
export const tokenOf = async (credentials: Credentials) => (await signIn(credentials)).access_token
export const signInAdmin = () => tokenOf(admin)

/** So many sessions of one user, one after the other: a sign-in costs identity a hash, and a crowd would be told to wait. */
export const signInTimes = async (times: number, credentials: Credentials) => {
  const accessTokens: string[] = []
  while (accessTokens.length < times) accessTokens.push(await tokenOf(credentials))
  return accessTokens
}

export const tryRefresh = (refreshToken: string) => gatehouse().refresh({ body: { refresh_token: refreshToken } })

/** @throws when the answer is no pair of tokens */
export const refresh = (refreshToken: string) => granted(tryRefresh(refreshToken))

/** Makes a user with a name of its own, by `POST /users`, as admins do. */
export const createUser = async (
  adminToken: string,
  name: string,
  more: { full_name?: string; roles?: string[] } = {},
): Promise<TestUser> => {
  const credentials = { username: `${name}-${crypto.randomUUID().slice(0, 8)}`, password: crypto.randomUUID() }
  return { ...(await granted(as(adminToken).createUser({ body: { ...credentials, ...more } }))), ...credentials }
}

export const me = (token: string) => as(token).readMe()
/** `GET /auth/me` at one gateway, past Nginx. */
export const meAt = (gatewayUrl: string, token: string) => createClient(gatewayUrl).as(token).readMe()
