import { addressOf, containers } from '@gatehouse/e2e/support/stack.ts'
import { createClient } from '@gatehouse/testkit'

const ports = { bad: 5672, good: 5673, control: 8080 }

/** Where this process reaches the broker, through the container that stands in front of it. */
export const lineAddress = async (line: keyof typeof ports) => {
  const [container] = await containers('broker-line')
  if (!container) throw new Error('there is no line to the broker')
  return { host: addressOf(container), port: ports[line] }
}

/** How the line of the services is from now on: ms in each direction, and the share of connections reset each second. */
export const setLine = async ({ delayMs = 0, resets = 0 }) => {
  const { host, port } = await lineAddress('control')
  const { body } = await createClient(`http://${host}:${port}`).send('POST', `/?delay=${delayMs}&resets=${resets}`)
  return { connections: Number(body.connections) }
}
