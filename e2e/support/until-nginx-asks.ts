import { eventually } from '@gatehouse/testkit'
import { gatehouse } from './client.ts'
import { type Container, containers, logsOf } from './stack.ts'

const addressesOf = (container: Container) =>
  Object.values(container.NetworkSettings.Networks).map((it) => it.IPAddress)

/**
 * Waits until Nginx has had an answer of every replica since then. A replica is healthy a while before Nginx knows of it:
 * Nginx asks the name server once a second, and on a busy machine that answers late. Who restarts one replica after the
 * other waits for this in between, or the only replica that Nginx knows is the one that goes.
 */
export const untilNginxAsks = async (service: 'gateway' | 'identity', since: Date) => {
  const [nginx] = await containers('nginx')
  if (!nginx) throw new Error('there is no Nginx')
  const path = service === 'gateway' ? '/health' : '/.well-known/jwks.json'
  await eventually(
    async () => {
      await gatehouse().send('GET', path)
      const log = await logsOf(nginx.Id, since.toISOString())
      // Of several that were tried for one request, the last one answered.
      const lines = log.split('\n').filter((it) => it.includes('"status":200'))
      const answered = lines.map((it) => /"upstream":"(?:[^"]*, )?([\d.]+):\d+"/.exec(it)?.[1])
      const missing = (await containers(service)).filter((it) => !addressesOf(it).some((at) => answered.includes(at)))
      if (missing.length > 0) throw new Error(`Nginx has not asked ${missing.map((it) => it.Name).join(', ')} again`)
    },
    { withinMs: 30_000, everyMs: 200 },
  )
}
