import { describe, expect, it } from 'vitest'
import { assemble } from './assemble.ts'

const recording = () => {
  const closed: string[] = []
  return { closed, close: (name: string) => void closed.push(name) }
}

describe('assemble', () => {
  it('closes opened parts in reverse order if a later part fails to start', async () => {
    const { closed, close } = recording()
    const building = assemble(async (own) => {
      await own('database', close)
      await own('broker', close)
      await own(Promise.reject(new Error('port taken')), close)
      return {}
    })
    await expect(building).rejects.toThrow('port taken')
    expect(closed).toEqual(['broker', 'database'])
  })

  it('closes the remaining parts if one fails to close, and reports the failure', async () => {
    const { closed, close } = recording()
    const service = await assemble(async (own) => {
      await own('database', close)
      await own('broker', () => Promise.reject(new Error('stuck')))
      return {}
    })
    await expect(service.close()).rejects.toThrow(AggregateError)
    expect(closed).toEqual(['database'])
  })
})
