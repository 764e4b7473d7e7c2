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
  ...{ full_name: null, is_active: true, roles: [], version: 1, created_at: at, updated_at: at },
}

describe('a check of a session', () => {
  it('asks once more when sessions of the user ended after the question that it joined', async () => {
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
