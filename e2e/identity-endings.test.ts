import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { untilCalm } from './calm.ts'
import { get, post, refusalOf } from './http.ts'
import {
  createUser,
  forgetThrottles,
  type Made,
  openServiceCalls,
  remove,
  type ServiceCalls,
  signIn,
  signInAdmin,
  tryRefresh,
} from './identity-calls.ts'
import { type Gateways, openGateways } from './identity-gateways.ts'
import { describeMs } from './until-refused.ts'

let adminToken: string
let gateways: Gateways
let callAsService: ServiceCalls
let ada: Made
beforeAll(async () => {
  await untilCalm()
  await forgetThrottles()
  adminToken = await signInAdmin()
  gateways = await openGateways()
  callAsService = await openServiceCalls()
  ada = await createUser(adminToken, 'ada')
})

type Ending = (person: Made, token: string) => Promise<{ status: number; text: string }>

/** Every way in which a session ends, and what is called for it. */
const endings: Record<string, Ending> = {
  logout: (_, token) => post('/auth/logout', { token }),
  'end one session': async (person, token) => {
    const { access_token } = await signIn(person)
    return remove(`/auth/sessions/${decodeJwt(token).sid}`, access_token)
  },
  'end the others': async (person) => remove('/auth/sessions', (await signIn(person)).access_token),
  'end all, by an admin': (person) => remove(`/users/${person.id}/sessions`, adminToken),
  'own password changed': async (person) => {
    const json = { current_password: person.password, new_password: crypto.randomUUID() }
    return post('/auth/password', { token: (await signIn(person)).access_token, json })
  },
  'password set by an admin': (person) =>
    post(`/users/${person.id}/password`, { token: adminToken, json: { new_password: crypto.randomUUID() } }),
  'user deactivated': (person) => post(`/users/${person.id}/deactivate`, { token: adminToken }),
  'user deleted': (person) => remove(`/users/${person.id}`, adminToken),
  'access token revoked': (_, token) => callAsService('/oauth/revoke', { token }),
}

describe('a session ends at both gateways within a second of the answer', () => {
  const all: number[] = []
  it.each(Object.entries(endings))('%s', async (name, end) => {
    const refusedMs: number[] = []
    for (let nth = 0; nth < 5; nth += 1) {
      const person = await createUser(adminToken, 'dora')
      const { access_token, refresh_token } = await signIn(person)
      await gateways.letIn(access_token)
      const answer = await end(person, access_token)
      const answeredAt = performance.now()
      expect([200, 204], answer.text).toContain(answer.status)
      refusedMs.push(await gateways.untilRefused(access_token, answeredAt))
      expect(refusalOf(await tryRefresh(refresh_token))).toEqual({ status: 400, code: 'refresh_token_invalid' })
    }
    process.stdout.write(
      `${name}: from answer to the refusal of ${gateways.count} gateways: ${describeMs(refusedMs)}\n`,
    )
    all.push(...refusedMs)
    expect(gateways.count).toBe(2)
    expect(Math.max(...refusedMs)).toBeLessThan(1_000)
  })

  it('whichever it was', () => {
    process.stdout.write(`all ${all.length} ends of sessions: ${describeMs(all)}\n`)
    expect(all).toHaveLength(5 * Object.keys(endings).length)
  })

  it('and identity itself refuses at once', async () => {
    const { access_token } = await signIn(ada)
    await remove(`/users/${ada.id}/sessions`, adminToken)
    expect(refusalOf(await get('/auth/sessions', { token: access_token }))).toEqual({
      status: 401,
      code: 'session_ended',
    })
  })
})
