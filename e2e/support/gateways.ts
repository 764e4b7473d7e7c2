import { expect } from 'vitest'
import { gatewayUrls } from './stack.ts'
import { untilRefused } from './until-refused.ts'
import { meAt } from './users.ts'

/** All gateways of the stack, asked side by side. */
export const openGateways = async () => {
  const urls = await gatewayUrls()
  return {
    count: urls.length,
    /** Puts a token into the memory of every gateway, so that its refusal is a change. */
    letIn: async (token: string) => {
      for (const url of urls) expect(await meAt(url, token)).toMatchObject({ status: 200 })
    },
    /** @returns how many ms after `answeredAt` the slowest gateway refused */
    untilRefused: async (token: string, answeredAt = performance.now()) => {
      const seen = await Promise.all(urls.map((url) => untilRefused(url, token, answeredAt)))
      return Math.max(...seen.map((it) => it.refusedMs))
    },
  }
}
export type Gateways = Awaited<ReturnType<typeof openGateways>>
