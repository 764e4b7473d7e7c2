import { describe, expect, it, vi } from 'vitest'
import { createAdmission } from './admission.ts'

const refuseAtOnce = { refusalDelayMs: 0, maxDelayedRefusals: 10 }
const forEver = () => new Promise<never>(() => undefined)
const enterMany = (admission: ReturnType<typeof createAdmission>, count: number) => {
  for (let nth = 0; nth < count; nth += 1) void admission.run(`user ${nth}`, forEver)
}

describe('admission of password attempts', () => {
  it('delays refusals, up to a maximum number of them', async () => {
    const admission = createAdmission({
      withinMs: 1,
      initialMs: 1,
      minConcurrent: 1,
      refusalDelayMs: 100,
      maxDelayedRefusals: 1,
    })
    void admission.run('ada', forEver)
    // Twice: a place among the delayed is free again afterwards, and only that one.
    for (const round of ['the first time', 'the second time']) {
      const refusals: string[] = []
      const refused = (name: string) => admission.run('ada', forEver).catch(() => refusals.push(name))
      const startedAt = performance.now()
      const both = Promise.all([refused('first'), refused('above the maximum')])
      await new Promise((resolve) => setImmediate(resolve))
      expect(refusals[0], `at once, ${round}`).toBe('above the maximum')
      await both
      expect(performance.now() - startedAt, round).toBeGreaterThan(45)
      expect(refusals, round).toEqual(['above the maximum', 'first'])
    }
  })

  it('admits what is estimated to finish in time, and refuses the next attempt without starting it', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 100, minConcurrent: 2 })
    enterMany(admission, 10)
    const work = vi.fn(async () => undefined)
    await expect(admission.run('ada', work)).rejects.toMatchObject({ code: 'too_busy' })
    expect(work).not.toHaveBeenCalled()
  })

  it('admits the minimum number, however slow attempts are', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 60_000, minConcurrent: 2 })
    enterMany(admission, 2)
    await expect(admission.run('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
  })

  it('admits more once attempts are faster than estimated', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 500, minConcurrent: 2 })
    for (let nth = 0; nth < 200; nth += 1) await admission.run('ada', async () => undefined)
    enterMany(admission, 50)
    expect(await admission.run('ada', async () => 'served')).toBe('served')
  })

  it('counts work outside neither as a place nor in the estimate', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 1, minConcurrent: 1 })
    let comeBack = () => {}
    const away = new Promise<void>((resolve) => {
      comeBack = resolve
    })
    const many = Array.from({ length: 2_000 }, (_, nth) => nth)
    const slow = many.map((nth) => admission.run(`user ${nth}`, (runOutside) => runOutside(() => away)))
    expect(await admission.run('ada', async () => 'served while they are away')).toBe('served while they are away')
    const startedAt = performance.now()
    while (performance.now() - startedAt < 20) await new Promise((resolve) => setImmediate(resolve))
    comeBack()
    await Promise.all(slow)
    enterMany(admission, 40)
    expect(await admission.run('ada', async () => 'served after them')).toBe('served after them')
  })

  it('estimates from the throughput, not from the time of single attempts', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 10, minConcurrent: 1 })
    const ends: (() => void)[] = []
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const all = Array.from({ length: 100 }, (_, nth) =>
      admission.run(`user ${nth}`, () => new Promise<void>((resolve) => ends.push(resolve))),
    )
    for (const [nth, end] of ends.entries()) {
      clock.mockReturnValue((nth + 1) * 10)
      end()
      await all[nth]
    }
    clock.mockRestore()
    enterMany(admission, 90)
    expect(await admission.run('ada', async () => 'served')).toBe('served')
  })

  it('has room again after a failed attempt', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 60_000, minConcurrent: 1 })
    await expect(admission.run('ada', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect(await admission.run('ada', async () => 'served')).toBe('served')
  })

  it('limits one account to a quarter of the places', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 50, minConcurrent: 2 })
    for (let nth = 0; nth < 5; nth += 1) void admission.run('ada', forEver)
    for (let nth = 0; nth < 20; nth += 1) {
      await expect(admission.run('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
    }
    enterMany(admission, 14)
    expect(await admission.run('the twentieth', async () => 'served')).toBe('served')
  })

  it('limits one account to 20, however fast attempts are', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 1, minConcurrent: 2 })
    for (let nth = 0; nth < 19; nth += 1) void admission.run('ada', forEver)
    expect(await admission.run('ada', async () => 'served')).toBe('served')
    void admission.run('ada', forEver)
    await expect(admission.run('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
    expect(await admission.run('bob', async () => 'served')).toBe('served')
  })

  it('admits others when attempts have become slower since one account took its places', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 10, minConcurrent: 4 })
    const ends: (() => void)[] = []
    for (let nth = 0; nth < 20; nth += 1) {
      void admission.run('ada', () => new Promise<void>((resolve) => ends.push(resolve)))
    }
    const clock = vi.spyOn(performance, 'now')
    for (let nth = 1; nth <= 10; nth += 1) {
      clock.mockReturnValue(performance.timeOrigin + nth * 10_000)
      ends[nth]?.()
      await Promise.resolve()
      await Promise.resolve()
    }
    clock.mockRestore()
    expect(await admission.run('bob', async () => 'served')).toBe('served')
    await expect(admission.run('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
  })

  it('admits an account from a known network while its share is full, up to a second share', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 1_000, minConcurrent: 8 })
    const known = async () => true
    for (let nth = 0; nth < 4; nth += 1) void admission.run('ada', forEver)
    await expect(admission.run('ada', forEver, async () => false)).rejects.toMatchObject({ code: 'too_busy' })
    expect(await admission.run('ada', async () => 'served', known)).toBe('served')
    // Started together, so that all are checked before the first one is admitted.
    const many = await Promise.allSettled(
      Array.from({ length: 3 }, () => admission.run('ada', async () => 'served', known)),
    )
    expect(many.map((it) => it.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    for (let nth = 0; nth < 3; nth += 1) void admission.run('ada', forEver, known)
    expect(await admission.run('bob', async () => 'served')).toBe('served')
    void admission.run('ada', forEver, known)
    await new Promise((resolve) => setImmediate(resolve))
    await expect(admission.run('ada', forEver, known)).rejects.toMatchObject({ code: 'too_busy' })
  })

  it('keeps that second share from attempts at a username that only looks like it', async () => {
    const admission = createAdmission({ ...refuseAtOnce, withinMs: 1_000, initialMs: 50, minConcurrent: 2 })
    for (const username of ['ada', 'ada known']) {
      for (let nth = 0; nth < 5; nth += 1) void admission.run(username, forEver)
    }
    const isKnown = async () => true
    expect(await admission.run('ada', async () => 'served', isKnown)).toBe('served')
  })
})
