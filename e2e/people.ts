import { tokenResponse, userState } from '@gatehouse/contracts'
import { get, post, send } from './http.ts'

export type Credentials = { username: string; password: string }

/** Made by the seed job of the laptop compose file. */
export const admin: Credentials = { username: 'admin', password: 'changeme' }

export const tryLogIn = ({ username, password }: Credentials) => post('/auth/login', { form: { username, password } })

/** @throws when the answer is no token */
export const logIn = async (credentials: Credentials) => {
  const answer = await tryLogIn(credentials)
  if (answer.status !== 200) throw new Error(`login was answered ${answer.status}: ${answer.text}`)
  return tokenResponse.parse(answer.body).access_token
}

export const me = (token: string) => get('/auth/me', { token })

/** `GET /auth/me` at one gateway, past Nginx. */
export const meAt = (gatewayUrl: string, token: string) => send('GET', `${gatewayUrl}/auth/me`, { token })

/** Makes a user with a name of its own, as admins do. @throws when the answer is not the user */
export const seedUser = async (name: string, { roles = [] as string[] } = {}) => {
  const username = `${name}-${crypto.randomUUID().slice(0, 8)}`
  const credentials: Credentials = { username, password: crypto.randomUUID() }
  const json = { ...credentials, full_name: `The ${name} of a test`, roles }
  const answer = await post('/users', { token: await logIn(admin), json })
  if (answer.status !== 201) throw new Error(`it was answered ${answer.status}: ${answer.text}`)
  return { id: userState.parse(answer.body).id, ...credentials }
}
export type Person = Awaited<ReturnType<typeof seedUser>>

/** Deactivates or activates somebody. @throws when the answer is not the user */
export const setActive = async (id: string, isActive: boolean, adminToken: string) => {
  const answer = await post(`/users/${id}/${isActive ? 'activate' : 'deactivate'}`, { token: adminToken })
  if (answer.status !== 200) throw new Error(`it was answered ${answer.status}: ${answer.text}`)
  return userState.parse(answer.body)
}
