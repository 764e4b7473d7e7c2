import { permissionsOf, type RabbitMqAddress } from './rabbitmq-address.ts'

/** Calls the management API. @throws Error with the answer when it refuses */
const manage = async (at: RabbitMqAddress, method: string, path: string, body?: object) => {
  const response = await fetch(`http://${at.host}:${at.managementPort}/api/${path}`, {
    method,
    headers: { authorization: `Basic ${btoa(`tester:${at.password}`)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}

/** A vhost for one test. */
export const createVhostOn = async (at: RabbitMqAddress) => {
  const name = `test-${crypto.randomUUID()}`
  await manage(at, 'PUT', `vhosts/${name}`, {})
  await Promise.all(
    Object.entries(permissionsOf).map(([user, it]) => manage(at, 'PUT', `permissions/${name}/${user}`, it)),
  )
  const url = (user: keyof typeof permissionsOf) => `amqp://${user}:${at.password}@${at.host}:${at.amqpPort}/${name}`
  return {
    name,
    /** For a user who may do everything. */
    url: url('tester'),
    /** For users of the stack, with the same permissions as there. */
    identityUrl: url('identity'),
    gatewayUrl: url('gateway'),
    operatorUrl: url('operator'),
    drop: async () => void (await manage(at, 'DELETE', `vhosts/${name}`)),
  }
}
export type TestVhost = Awaited<ReturnType<typeof createVhostOn>>
