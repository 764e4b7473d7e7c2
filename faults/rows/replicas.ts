import { addressOf, type Container, containers, docker, serviceOf } from '@gatehouse/e2e/support/stack.ts'
import { checkAllUp } from '@gatehouse/e2e/support/until-healthy.ts'
import { createClient, eventually } from '@gatehouse/testkit'
import { expect } from 'vitest'

const ports: Record<string, number> = { identity: 3001, gateway: 3002 }
type Service = 'identity' | 'gateway'

export const urlOf = (service: Service, container: Container) => `http://${addressOf(container)}:${ports[service]}`

const find = async (service: Service, id: string) => {
  const container = (await containers(service)).find((it) => it.Id === id)
  if (!container) throw new Error(`${service} ${id} is gone`)
  return container
}

const leads = async (container: Container) => {
  const { text } = await createClient(urlOf('identity', container)).readMetrics()
  return /^outbox_relay_leader 1$/m.test(text)
}

/** The identity whose relay leads, and the other. */
export const findLeader = () =>
  eventually(async () => {
    const all = await containers('identity')
    const leading = await Promise.all(all.map(leads))
    const leader = all.find((_, nth) => leading[nth])
    const other = all.find((_, nth) => !leading[nth])
    if (!leader || !other) throw new Error('no relay leads')
    return { leader, other }
  })

export const untilLeads = (container: Container) =>
  eventually(async () => expect(await leads(container)).toBe(true), { withinMs: 20_000, everyMs: 25 })

/** `docker kill` sends SIGKILL: no goodbye. The engine takes it for a stop by hand, so it starts nothing by itself. */
export const kill = (container: Container) => docker('kill', container.Id)

/** Starts it again. @returns ms until it is ready */
export const startUntilReady = async (service: Service, { Id: id }: Container) => {
  const startedAt = performance.now()
  await docker('start', id)
  const url = urlOf(service, await find(service, id))
  const check = async () => expect((await createClient(url).readReadiness()).status).toBe(200)
  await eventually(check, { withinMs: 30_000, everyMs: 25 })
  return performance.now() - startedAt
}

/**
 * Looks where these services are, which takes the engine longer than what is measured afterwards.
 * @returns a wait until each of them has all that it needs, which tells the ms since then
 */
export const findAll = async (...services: Service[]) => {
  const urls = (await containers(...services)).map((it) => urlOf(serviceOf(it) as Service, it))
  return async (sinceMs = performance.now()) => {
    const patience = { withinMs: 60_000, everyMs: 25 }
    await Promise.all(urls.map((url) => eventually(() => checkAllUp(url), patience)))
    return performance.now() - sinceMs
  }
}
