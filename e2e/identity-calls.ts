import { type TokenResponse, tokenResponse, type UserState, userState } from '@gatehouse/contracts'
import { type Answer, get, post, send } from './http.ts'
import { admin, type Credentials, logIn, tryLogIn } from './people.ts'
import { api, compose, execIn } from './stack.ts'

const required = (answer: Answer, status: number) => {
  if (answer.status !== status) throw new Error(`it was answered ${answer.status} instead of ${status}: ${answer.text}`)
  return answer
}

/** Signs in for the whole pair of tokens. @throws when there is none */
export const signIn = async (credentials: Credentials): Promise<TokenResponse> =>
  tokenResponse.parse(required(await tryLogIn(credentials), 200).body)

/** So many sessions of one user, one after the other: a sign-in costs identity a hash, and a crowd would be told to wait. */
export const signInTimes = async (times: number, credentials: Credentials) => {
  const accessTokens: string[] = []
  while (accessTokens.length < times) accessTokens.push((await signIn(credentials)).access_token)
  return accessTokens
}

export const tryRefresh = (refreshToken: string) => post('/auth/refresh', { form: { refresh_token: refreshToken } })

/** @throws when the answer is no pair of tokens */
export const refresh = async (refreshToken: string): Promise<TokenResponse> =>
  tokenResponse.parse(required(await tryRefresh(refreshToken), 200).body)

export type Made = UserState & Credentials

/** Makes a user by `POST /users`, as admins do. */
export const createUser = async (
  adminToken: string,
  name: string,
  more: Record<string, unknown> = {},
): Promise<Made> => {
  const credentials = { username: `${name}-${crypto.randomUUID().slice(0, 8)}`, password: crypto.randomUUID() }
  const answer = required(await post('/users', { token: adminToken, json: { ...credentials, ...more } }), 201)
  return { ...userState.parse(answer.body), ...credentials }
}

export const remove = (path: string, token: string) => send('DELETE', api() + path, { token })
export const signInAdmin = () => logIn(admin)
export const sessionsOf = async (token: string) => required(await get('/auth/sessions', { token }), 200)

/** The secret of the service that the stack of these tests names in SERVICES, as an operator reads it. */
export const serviceSecret = async (name = 'tests') => {
  const output = await compose('run', '--rm', '--no-deps', '-T', 'secrets', 'cat', `/secrets/kept/service-${name}`)
  const [secret = ''] = output.split('\n')
  return secret
}

/** Calls what only services may call, as the service `tests` or with another secret. */
export const openServiceCalls = async () => {
  const own = await serviceSecret()
  return (path: string, form: Record<string, string>, secret = own) => {
    const authorization = `Basic ${Buffer.from(`tests:${secret}`).toString('base64')}`
    return post(path, { form, headers: { authorization } })
  }
}
export type ServiceCalls = Awaited<ReturnType<typeof openServiceCalls>>

/** Forgets failed sign-ins: all tests call from one address, and those of other files count against it. */
export const forgetThrottles = () => runSql('DELETE FROM login_throttles')

/** As the superuser, over the local socket. */
export const runSql = (sql: string) =>
  execIn('postgres', 'psql', '--username=postgres', '--no-align', '--tuples-only', '--command', sql, 'gatehouse')

export const dumpDatabase = () => execIn('postgres', 'pg_dump', '--username=postgres', 'gatehouse')
