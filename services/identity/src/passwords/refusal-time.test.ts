import { describe, expect, it } from 'vitest'
import { createRefusalTime } from './refusal-time.ts'

/** Sequential refusals on a fake clock. */
const start = () => {
  let ms = 0
  const wait = async (forMs: number) => {
    ms += forMs
  }
  const time = createRefusalTime({ now: () => ms, wait })
  const refuse = async (workMs: number, forms = 1) => {
    const startedAt = ms
    const refusal = time.start(forms)
    await wait(workMs)
    await refusal.wait()
    return Math.round(ms - startedAt)
  }
  return { ...time, refuse, wait }
}

describe('the time of a refusal', () => {
  it('is the actual time while all stored hashes are of one kind', async () => {
    const { refuse } = start()
    expect([await refuse(10), await refuse(300), await refuse(10)]).toEqual([10, 300, 10])
  })

  it('is that of the slowest kind with a margin, whichever kind was tried, and doubles for a password with two forms', async () => {
    const { setSlowest, refuse } = start()
    setSlowest(200)
    expect([await refuse(10), await refuse(200), await refuse(230)]).toEqual([250, 250, 250])
    expect([await refuse(20, 2), await refuse(400, 2)]).toEqual([500, 500])
  })

  it('follows recent peaks, which decay slowly, up to a maximum', async () => {
    const { setSlowest, refuse, wait } = start()
    setSlowest(200)
    expect(await refuse(1_000)).toBe(1_000)
    expect(await refuse(10)).toBe(1_000)
    await wait(30_000)
    expect(await refuse(10)).toBeLessThan(500)
    await wait(300_000)
    expect(await refuse(10)).toBe(250)
    setSlowest(Number.POSITIVE_INFINITY)
    expect(await refuse(10)).toBe(2_000)
  })

  it('is the actual time again after the last imported hash', async () => {
    const { setSlowest, refuse } = start()
    setSlowest(200)
    await refuse(1_000)
    setSlowest(0)
    expect(await refuse(10)).toBe(10)
    setSlowest(100)
    expect(await refuse(10)).toBe(125)
  })
})
