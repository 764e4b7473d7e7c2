import type { GatehouseEvent, SessionLookupAnswer, UserState } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { createCheckSession } from './check-session.ts'
import { createFreshness } from './freshness.ts'
import { createLookUpBatcher } from './look-up-batcher.ts'
import { createSessionDirectory } from './session-directory.ts'

const sid = '00000000-0000-7000-8000-000000000001'
const at = '2000-01-01T00:00:00.000Z'
const ada: UserState = {
  id: '00000000-0000-7000-8000-000000000000',
  username: 'ada',
  full_name: null,
  is_active: true,
  roles: [],
  version: 1,
  created_at: at,
  updated_at: at,
}

/** A check with an identity and a clock that the test controls. */
const start = ({ staleGraceMs = 0, expiresAt = '2100-01-01T00:00:00.000Z' } = {}) => {
  let clock = 10_000
  let answersAfterMs: number | null = 0
  const counted: string[] = []
  const directory = createSessionDirectory({ maxSessions: 10 })
  const freshness = createFreshness()
  const now = () => clock
  const lookUp = async (): Promise<SessionLookupAnswer> => {
    if (answersAfterMs === null) throw new Error('away')
    clock += answersAfterMs
    return { now_ms: clock, sessions: [{ state: 'active', id: sid, expires_at: expiresAt, user: ada }] }
  }
  const lookUps = createLookUpBatcher({ identity: { lookUp }, directory, freshness, now, onFailure: () => {} })
  const count = (from: string) => void counted.push(from)
  const check = createCheckSession({ directory, freshness, lookUps, staleGraceMs, now, count })
  return {
    /** Always a promise. */
    check: async () => await check({ sub: ada.id, sid }),
    counted,
    wait: (ms: number) => {
      clock += ms
    },
    answerAfter: (ms: number | null) => {
      answersAfterMs = ms
    },
  }
}
const cannotVerify = { code: 'cannot_verify', status: 503 }

describe('the check of a session', () => {
  it('refuses an expired session before any event says so', async () => {
    const { check, counted } = start({ expiresAt: new Date(Date.now() - 1_000).toISOString() })
    expect(await check()).toBeNull()
    expect(await check()).toBeNull()
    expect(counted).toEqual(['identity', 'memory'])
    expect(await start({ expiresAt: new Date(Date.now() + 60_000).toISOString() }).check()).not.toBeNull()
  })

  it('cannot verify with an answer that took longer than the promised second', async () => {
    const { check, counted, answerAfter } = start()
    answerAfter(1_000)
    await expect(check()).rejects.toMatchObject(cannotVerify)
    answerAfter(999)
    expect(await check()).toMatchObject({ username: 'ada' })
    expect(counted).toEqual(['nothing', 'identity'])
  })

  it('accepts an older answer only within the stale grace, and counts it as such', async () => {
    for (const staleGraceMs of [0, 5_000]) {
      const { check, counted, answerAfter, wait } = start({ staleGraceMs })
      await check()
      answerAfter(null)
      wait(999)
      expect(await check(), 'still young').toMatchObject({ username: 'ada' })
      wait(1)
      if (staleGraceMs > 0) {
        expect(await check()).toMatchObject({ username: 'ada' })
        wait(staleGraceMs)
      }
      await expect(check()).rejects.toMatchObject(cannotVerify)
      const grace = staleGraceMs > 0 ? ['grace'] : []
      expect(counted).toEqual(['identity', 'memory', ...grace, 'nothing'])
    }
  })

  it('looks up once more when sessions of the user ended after the look-up that it joined', async () => {
    const calls: PromiseWithResolvers<SessionLookupAnswer>[] = []
    const directory = createSessionDirectory({ maxSessions: 10 })
    const freshness = createFreshness()
    const now = () => performance.now()
    const lookUp = () => {
      const call = Promise.withResolvers<SessionLookupAnswer>()
      calls.push(call)
      return call.promise
    }
    const lookUps = createLookUpBatcher({ identity: { lookUp }, directory, freshness, now, onFailure: () => {} })
    const check = createCheckSession({ directory, freshness, lookUps, staleGraceMs: 0, now, count: () => {} })
    const ref = { sub: ada.id, sid }

    const before = check(ref)
    await expect.poll(() => calls).toHaveLength(1)
    const user = { ...ada, version: 2 }
    directory.apply({ type: 'user.updated.v1', data: { user, sessions_ended: true } } as GatehouseEvent)
    const after = check(ref)
    const active = { state: 'active', id: sid, expires_at: '2100-01-01T00:00:00.000Z', user: ada } as const
    calls[0]?.resolve({ now_ms: 0, sessions: [active] })
    await expect.poll(() => calls).toHaveLength(2)
    calls[1]?.resolve({ now_ms: 0, sessions: [{ state: 'ended', id: sid }] })
    expect(await Promise.all([before, after])).toEqual([null, null])
  })
})
