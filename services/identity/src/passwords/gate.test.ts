import { describe, expect, it, vi } from 'vitest'
import { createGate } from './gate.ts'

const hearAtOnce = { refuseAfterMs: 0, heldAtMost: 10 }
const forEver = () => new Promise<never>(() => undefined)
const enterMany = (gate: ReturnType<typeof createGate>, count: number) => {
  for (let nth = 0; nth < count; nth += 1) void gate.pass(`user ${nth}`, forEver)
}

describe('a gate', () => {
  it('holds a refusal back for a while, and no more of them than it may', async () => {
    const gate = createGate({ withinMs: 1, initialMs: 1, atLeast: 1, refuseAfterMs: 100, heldAtMost: 1 })
    void gate.pass('ada', forEver)
    const heard: string[] = []
    const refused = (name: string) => gate.pass('ada', forEver).catch(() => heard.push(name))
    const startedAt = performance.now()
    const both = Promise.all([refused('first'), refused('one more than is held')])
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard[0], 'at once').toBe('one more than is held')
    await both
    expect(performance.now() - startedAt).toBeGreaterThan(45)
    expect(heard).toEqual(['one more than is held', 'first'])
    const again = performance.now()
    await refused('after them')
    expect(performance.now() - again).toBeGreaterThan(45)
  })

  it('lets in what is done in time by the guess, and refuses the next without starting it', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 100, atLeast: 2 })
    enterMany(gate, 10)
    const work = vi.fn(async () => undefined)
    await expect(gate.pass('ada', work)).rejects.toMatchObject({ code: 'too_busy' })
    expect(work).not.toHaveBeenCalled()
  })

  it('lets in the least number, however slow they are guessed to be', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 60_000, atLeast: 2 })
    enterMany(gate, 2)
    await expect(gate.pass('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
  })

  it('lets in more once they have been leaving faster than was guessed', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 500, atLeast: 2 })
    for (let nth = 0; nth < 200; nth += 1) await gate.pass('ada', async () => undefined)
    enterMany(gate, 50)
    expect(await gate.pass('ada', async () => 'served')).toBe('served')
  })

  it('neither holds a place for who stepped aside, nor takes the time for its pace', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 1, atLeast: 1 })
    let comeBack = () => {}
    const away = new Promise<void>((resolve) => {
      comeBack = resolve
    })
    const many = Array.from({ length: 2_000 }, (_, nth) => nth)
    const slow = many.map((nth) => gate.pass(`user ${nth}`, (stepAside) => stepAside(() => away)))
    expect(await gate.pass('ada', async () => 'served while they are away')).toBe('served while they are away')
    const startedAt = performance.now()
    while (performance.now() - startedAt < 20) await new Promise((resolve) => setImmediate(resolve))
    comeBack()
    await Promise.all(slow)
    enterMany(gate, 40)
    expect(await gate.pass('ada', async () => 'served after them')).toBe('served after them')
  })

  it('takes for its pace how fast they leave, not how long each of them was inside', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 10, atLeast: 1 })
    const ends: (() => void)[] = []
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const all = Array.from({ length: 100 }, (_, nth) =>
      gate.pass(`user ${nth}`, () => new Promise<void>((resolve) => ends.push(resolve))),
    )
    for (const [nth, end] of ends.entries()) {
      clock.mockReturnValue((nth + 1) * 10)
      end()
      await all[nth]
    }
    clock.mockRestore()
    enterMany(gate, 90)
    expect(await gate.pass('ada', async () => 'served')).toBe('served')
  })

  it('has room again after one that failed', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 60_000, atLeast: 1 })
    await expect(gate.pass('ada', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect(await gate.pass('ada', async () => 'served')).toBe('served')
  })

  it('lets one account have a quarter of the places, and all others the rest', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 50, atLeast: 2 })
    for (let nth = 0; nth < 5; nth += 1) void gate.pass('ada', forEver)
    for (let nth = 0; nth < 20; nth += 1) {
      await expect(gate.pass('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
    }
    enterMany(gate, 14)
    expect(await gate.pass('the twentieth', async () => 'served')).toBe('served')
  })

  it('lets others in also when it has become slower since one account came in', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 10, atLeast: 4 })
    const ends: (() => void)[] = []
    for (let nth = 0; nth < 20; nth += 1) {
      void gate.pass('ada', () => new Promise<void>((resolve) => ends.push(resolve)))
    }
    const clock = vi.spyOn(performance, 'now')
    for (let nth = 1; nth <= 10; nth += 1) {
      clock.mockReturnValue(performance.timeOrigin + nth * 10_000)
      ends[nth]?.()
      await Promise.resolve()
      await Promise.resolve()
    }
    clock.mockRestore()
    expect(await gate.pass('bob', async () => 'served')).toBe('served')
    await expect(gate.pass('ada', forEver)).rejects.toMatchObject({ code: 'too_busy' })
  })

  it('lets an account in where it is known while others have filled its share, and no more than a share of that', async () => {
    const gate = createGate({ ...hearAtOnce, withinMs: 1_000, initialMs: 1_000, atLeast: 8 })
    const known = async () => true
    for (let nth = 0; nth < 4; nth += 1) void gate.pass('ada', forEver)
    await expect(gate.pass('ada', forEver, async () => false)).rejects.toMatchObject({ code: 'too_busy' })
    expect(await gate.pass('ada', async () => 'served', known)).toBe('served')
    // Asked at once, so that all have been told before one of them is in.
    const many = await Promise.allSettled(
      Array.from({ length: 3 }, () => gate.pass('ada', async () => 'served', known)),
    )
    expect(many.map((it) => it.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    for (let nth = 0; nth < 3; nth += 1) void gate.pass('ada', forEver, known)
    expect(await gate.pass('bob', async () => 'served')).toBe('served')
    void gate.pass('ada', forEver, known)
    await new Promise((resolve) => setImmediate(resolve))
    await expect(gate.pass('ada', forEver, known)).rejects.toMatchObject({ code: 'too_busy' })
  })
})
