import type { Client } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { type Gateways, openGateways } from '../support/gateways.ts'
import { asTestsService } from '../support/services.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { describeMs } from '../support/until-refused.ts'
import { createUser, signIn, signInAdmin, type TestUser, tryRefresh } from '../support/users.ts'

let adminToken: string
let gateways: Gateways
let service: Client
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
  gateways = await openGateways()
  service = await asTestsService()
})

type Ending = (person: TestUser, token: string) => Promise<{ status: number; text: string }>

/** Every way in which a session ends, and what is called for it. */
const endings: Record<string, Ending> = {
  logout: (_, token) => as(token).logOut(),
  'end one session': async (person, token) => {
    const { access_token } = await signIn(person)
    return as(access_token).endSession({ id: String(decodeJwt(token).sid) })
  },
  'end the others': async (person) => as((await signIn(person)).access_token).endOtherSessions(),
  'end all, by an admin': (person) => as(adminToken).endSessionsOfUser({ id: person.id }),
  'own password changed': async (person) => {
    const json = { current_password: person.password, new_password: crypto.randomUUID() }
    return as((await signIn(person)).access_token).changePassword({ body: json })
  },
  'password set by an admin': (person) =>
    as(adminToken).setPassword({ id: person.id, body: { new_password: crypto.randomUUID() } }),
  'user deactivated': (person) => as(adminToken).deactivateUser({ id: person.id }),
  'user deleted': (person) => as(adminToken).deleteUser({ id: person.id }),
  'access token revoked': (_, token) => service.revokeToken({ body: { token } }),
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
})
