import { addressOf, containers } from '@gatehouse/e2e/support/stack.ts'
import { createClient } from '@gatehouse/testkit'

const ports = { bad: 5672, good: 5673, control: 8080 }

/** Where this process reaches the broker, through the container that stands in front of it. */
export const proxyLinkAddress = async (link: keyof typeof ports) => {
  const [container] = await containers('broker-proxy')
  if (!container) throw new Error('there is no link to the broker')
  return { host: addressOf(container), port: ports[link] }
}

/** How the link of the services is from now on: ms in each direction, and the share of connections reset each second. */
export const setProxyLink = async ({ delayMs = 0, resets = 0 }) => {
  const { host, port } = await proxyLinkAddress('control')
  const { body } = await createClient(`http://${host}:${port}`).send('POST', `/?delay=${delayMs}&resets=${resets}`)
  return { connections: Number(body.connections) }
}
