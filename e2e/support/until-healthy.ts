import { health } from '@gatehouse/contracts'
import { createClient, eventually } from '@gatehouse/testkit'
import { expect } from 'vitest'
import { containers, gatewayUrls, serviceOf } from './stack.ts'

/** A gateway is ready without the broker too, so ready is not enough. @throws unless the service has all that it needs */
export const checkAllUp = async (url: string) => {
  const { dependencies } = health.parse((await createClient(url).readReadiness()).body)
  // That of the seeded admin is known here, which identity tells as degraded.
  const { laptop_password: _, ...needed } = dependencies
  const states = Object.entries(needed).map(([name, { state }]) => [name, state])
  expect(states.length).toBeGreaterThan(1)
  expect(states).toEqual(states.map(([name]) => [name, 'up']))
}

/** Waits until no fault of an earlier test is felt any more: all containers healthy, every gateway with all it needs. */
export const untilHealthy = () =>
  eventually(
    async () => {
      const ailing = (await containers()).filter((it) => it.State.Health && it.State.Health.Status !== 'healthy')
      expect(ailing.map(serviceOf)).toEqual([])
      for (const url of await gatewayUrls()) await checkAllUp(url)
    },
    { withinMs: 45_000, everyMs: 200 },
  )
