import { createClient } from '@gatehouse/testkit'
import { decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { gatehouse, refusalOf } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { cli } from '../support/identity-cli.ts'
import { gatewayUrls } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, meAt, refresh, signIn, signInAdmin, type TestUser } from '../support/users.ts'

let ada: TestUser
let gateways: string[]
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  ada = await createUser(await signInAdmin(), 'ada')
  gateways = await gatewayUrls()
})

const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? 'no kid'
const publishedKids = async () => {
  const { keys } = (await gatehouse().readJwks()).body as { keys: { kid: string }[] }
  return keys.map((it) => it.kid)
}
/** `[kid, state]` of every key, newest first. */
const listKeys = async () => {
  const { code, stdout, stderr } = await cli(['keys', 'list'])
  expect(code, stderr).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).slice(0, 2) as [string, string])
}

/** Asks one gateway without a pause. @returns when the first refusal arrived, in ms after `answeredAt` */
const untilKeyRefused = async (url: string, token: string, answeredAt: number) => {
  while (true) {
    const answer = await meAt(url, token)
    const ms = performance.now() - answeredAt
    if (answer.status === 401) {
      expect(refusalOf(answer)).toEqual({ status: 401, code: 'invalid_token' })
      return ms
    }
    expect(answer.status, answer.text).toBe(200)
    if (ms > 5_000) throw new Error('still let in 5 s after the key was withdrawn')
  }
}

/** @returns a token of another key than this, which every gateway lets in */
const signInEverywhere = async (withdrawnKid: string) => {
  const { access_token } = await signIn(ada)
  expect(kidOf(access_token)).not.toBe(withdrawnKid)
  for (const url of gateways) expect(await meAt(url, access_token)).toMatchObject({ status: 200 })
  return access_token
}

const withUnknownKid = ({ access_token }: { access_token: string }) => {
  const header = { ...decodeProtectedHeader(access_token), kid: crypto.randomUUID() }
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...access_token.split('.').slice(1)].join('.')
}

describe('keys rotate', () => {
  it('publishes one more key, which does not sign yet; done twice there is still one', async () => {
    const before = await listKeys()
    const { code, stdout, stderr } = await cli(['keys', 'rotate'])
    expect(code, stderr).toBe(0)
    const kid = stdout.trim()
    await expect.poll(publishedKids, { timeout: 3_000, interval: 50 }).toContain(kid)
    expect(kidOf((await signIn(ada)).access_token)).not.toBe(kid)
    expect((await cli(['keys', 'rotate'])).stdout.trim()).toBe(kid)
    const states = new Map(await listKeys())
    expect(states.get(kid)).toBe('next')
    expect([...states.values()].filter((it) => it === 'current')).toHaveLength(1)
    expect(states.size).toBeLessThanOrEqual(before.length + 1)
  })
})

describe('keys withdraw', () => {
  it.each(['with another key published', 'without another key'])(
    '%s: all tokens are refused within a second',
    async () => {
      const people = await Promise.all([1, 2, 3].map(() => signIn(ada)))
      const kid = kidOf(people[0]?.access_token ?? '')
      for (const { access_token } of people) {
        for (const url of gateways) expect(await meAt(url, access_token)).toMatchObject({ status: 200 })
      }
      const { code, stderr } = await cli(['keys', 'withdraw', kid])
      const answeredAt = performance.now()
      expect(code, stderr).toBe(0)
      const refusals = people.flatMap((it) => gateways.map((url) => untilKeyRefused(url, it.access_token, answeredAt)))
      const slowestMs = Math.max(...(await Promise.all(refusals)))
      process.stdout.write(
        `withdrawn key: refused at ${gateways.length} gateways ${slowestMs.toFixed(1)} ms after the answer\n`,
      )
      expect(slowestMs).toBeLessThan(1_000)

      // Whoever asks for a key that never was must not keep a gateway from learning of the new one.
      for (const url of gateways)
        expect(await meAt(url, withUnknownKid(await signIn(ada)))).toMatchObject({ status: 401 })
      const fresh = await signInEverywhere(kid)
      const freshMs = performance.now() - answeredAt
      process.stdout.write(
        `a new sign-in is let in by ${gateways.length} gateways ${freshMs.toFixed(1)} ms after the answer\n`,
      )
      // The sessions live on: a refresh brings a token of the new key.
      for (const { refresh_token } of people) {
        const { access_token } = await refresh(refresh_token)
        expect(kidOf(access_token)).toBe(kidOf(fresh))
        for (const url of gateways) expect(await meAt(url, access_token)).toMatchObject({ status: 200 })
      }
      for (const url of gateways) {
        const ready = await createClient(url).readReadiness()
        expect(ready.status, ready.text).toBe(200)
      }
      await expect.poll(publishedKids, { timeout: 3_000, interval: 50 }).not.toContain(kid)
      expect(await publishedKids()).toContain(kidOf(fresh))
      expect(new Map(await listKeys()).get(kid)).toBe('gone')
      expect(await cli(['keys', 'withdraw', kid])).toMatchObject({ code: 1 })
    },
  )
})
