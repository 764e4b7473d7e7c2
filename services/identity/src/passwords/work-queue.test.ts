import { describe, expect, it } from 'vitest'
import { createWorkQueue } from './work-queue.ts'

const forEver = () => new Promise<never>(() => undefined)

describe('a work queue', () => {
  it('limits one requester to a quarter of the queue', async () => {
    const queue = createWorkQueue({ running: 1, waiting: 8 })
    void queue.run(forEver, 'ada')
    void queue.run(forEver, 'ada')
    void queue.run(forEver, 'ada')
    await expect(queue.run(forEver, 'ada')).rejects.toMatchObject({ code: 'too_busy', headers: { 'Retry-After': '1' } })
    for (let nth = 0; nth < 6; nth += 1) void queue.run(forEver)
    expect(queue.waiting()).toBe(8)
    await expect(queue.run(forEver)).rejects.toMatchObject({ code: 'too_busy' })
  })

  it('runs queued jobs in their order of arrival', async () => {
    const queue = createWorkQueue({ running: 1, waiting: 8 })
    const order: number[] = []
    await Promise.all([1, 2, 3].map((nth) => queue.run(async () => order.push(nth), `user ${nth}`)))
    expect(order).toEqual([1, 2, 3])
  })
})
