import { createLog } from '@gatehouse/service'
import { describe, expect, it, vi } from 'vitest'
import { createKindUpdate } from './stored-kinds.ts'

const start = () => {
  let kinds: string[] = []
  const log = createLog('stored-kinds-test', 'silent')
  const measured = vi.spyOn(log, 'info')
  const warned = vi.spyOn(log, 'warn')
  const setSlowestMs = vi.fn()
  const updateKinds = createKindUpdate({
    findKinds: async () => kinds,
    isCurrent: (kind) => kind === 'current',
    inQueue: (job) => job(),
    refusalTime: { setSlowest: setSlowestMs } as never,
    log,
  })
  return {
    measured: () => measured.mock.calls.map(([it]) => (it as unknown as { kind: string }).kind),
    warned: () => warned.mock.calls.map(([it]) => it),
    /** @returns how long refusals are to take */
    follow: async (found: string[]): Promise<number> => {
      kinds = found
      await updateKinds()
      return setSlowestMs.mock.lastCall?.[0]
    },
  }
}

describe('the kinds of stored hashes', () => {
  it('delay no refusal while all are current, or unknown', async () => {
    const { follow, measured } = start()
    expect(await follow([])).toBe(0)
    expect(await follow(['current', '$unknown'])).toBe(0)
    expect(measured()).toEqual([])
  })

  it('are measured once, the costliest of each algorithm, and delay refusals until they are gone', async () => {
    const { follow, measured } = start()
    const kinds = ['$2b$04', '$2b$06', '$2b$05', '$scrypt$ln=1,r=1,p=1', 'current']
    const ms = await follow(kinds)
    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThan(10_000)
    expect(measured()).toEqual(['$2b$06', '$scrypt$ln=1,r=1,p=1'])
    expect(await follow(kinds)).toBe(ms)
    expect(measured()).toHaveLength(2)
    expect(await follow(['current'])).toBe(0)
  })

  it('are not measured above the cost limits of imports, but logged once, and delay refusals as long as possible', async () => {
    const { follow, measured, warned } = start()
    const [costly, costlier] = ['$argon2id$v=19$m=131072,t=1,p=1', '$argon2id$v=19$m=262144,t=1,p=1'] as const
    expect(await follow([costly])).toBe(Number.POSITIVE_INFINITY)
    await follow([costly])
    await follow([costly, costlier])
    expect(warned()).toEqual([{ kinds: [costly] }, { kinds: [costlier] }])
    expect(measured()).toEqual([])
  })
})
