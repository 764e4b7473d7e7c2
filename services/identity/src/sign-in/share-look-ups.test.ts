import { describe, expect, it } from 'vitest'
import { shareLookUps } from './share-look-ups.ts'

/** Look-ups that the test completes. */
const openLookUps = () => {
  const open: { key: string; end: (result: string) => void; fail: (error: Error) => void }[] = []
  const lookUp = shareLookUps(
    (key) => new Promise<string>((resolve, reject) => open.push({ key, end: resolve, fail: reject })),
  )
  return { open, lookUp }
}

describe('a shared look-up', () => {
  it('never returns a result read before the call, and serves many calls with one look-up', async () => {
    const { open, lookUp } = openLookUps()
    const first = lookUp('a')
    const later = Array.from({ length: 100 }, () => lookUp('a'))
    expect(open).toHaveLength(1)
    open[0]?.end('before')
    expect(await first).toBe('before')
    await expect.poll(() => open.length).toBe(2)
    const during = lookUp('a')
    open[1]?.end('after')
    expect(new Set(await Promise.all(later))).toEqual(new Set(['after']))
    await expect.poll(() => open.length).toBe(3)
    open[2]?.end('last')
    expect(await during).toBe('last')
  })

  it('fails only for its own calls, and starts again when no call is waiting', async () => {
    const { open, lookUp } = openLookUps()
    const first = lookUp('a')
    const second = lookUp('a')
    const other = lookUp('b')
    expect(open.map((it) => it.key)).toEqual(['a', 'b'])
    open[0]?.fail(new Error('away'))
    await expect(first).rejects.toThrow('away')
    await expect.poll(() => open.length).toBe(3)
    open[1]?.end('b')
    open[2]?.end('back')
    expect([await second, await other]).toEqual(['back', 'b'])
    void lookUp('a')
    expect(open).toHaveLength(4)
  })
})
