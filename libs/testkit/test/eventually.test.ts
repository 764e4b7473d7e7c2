import { describe, expect, it } from 'vitest'
import { eventually } from '../src/testkit.ts'

describe('eventually', () => {
  it('fails with the last error when the time is over', async () => {
    let tries = 0
    const failing = eventually(
      () => {
        tries += 1
        throw new Error(`try ${tries}`)
      },
      { withinMs: 1_000, everyMs: 10 },
    )
    await expect(failing).rejects.toThrow(/^try \d+$/)
    expect(tries).toBeGreaterThan(2)
  })

  it('fails when the check hangs', async () => {
    await expect(eventually(() => new Promise(() => {}), { withinMs: 30 })).rejects.toThrow('did not answer')
  })

  it('returns the value of the first check that passes', async () => {
    let tries = 0
    const value = await eventually(
      async () => {
        tries += 1
        if (tries < 3) throw new Error('not yet')
        return tries
      },
      { everyMs: 1 },
    )
    expect(value).toBe(3)
  })
})
