import { Wait } from 'testcontainers'
import { containerOf, faultsOf, runIn } from './container.ts'
import { freePort } from './free-port.ts'
import { images } from './images.ts'
import { permissionsOf, type RabbitMqAddress } from './rabbitmq-address.ts'
import { createVhostOn } from './test-vhost.ts'

const definitions = (password: string) => ({
  users: Object.keys(permissionsOf).map((name) => ({
    name,
    password,
    tags: name === 'tester' ? ['administrator'] : [],
  })),
  vhosts: [{ name: '/' }],
  permissions: Object.entries(permissionsOf).map(([user, it]) => ({ user, vhost: '/', ...it })),
})

// The management plugin creates a vhost in milliseconds; rabbitmqctl first starts an Erlang VM.
const settings = `
management.tcp.port = 15672
definitions.import_backend = local_filesystem
definitions.local.path = /etc/rabbitmq/test-definitions.json
`

/** Starts a RabbitMQ with the users of the stack. It keeps data and ports over `kill` and `start`. */
export const startRabbitMq = async () => {
  const password = crypto.randomUUID()
  const container = await containerOf(images().rabbitmq)
    .withHostname('rabbitmq')
    .withCopyContentToContainer([
      { target: '/etc/rabbitmq/enabled_plugins', content: '[rabbitmq_management].\n' },
      { target: '/etc/rabbitmq/conf.d/90-test.conf', content: settings },
      { target: '/etc/rabbitmq/test-definitions.json', content: JSON.stringify(definitions(password)) },
    ])
    .withExposedPorts({ container: 5672, host: await freePort() }, { container: 15672, host: await freePort() })
    .withWaitStrategy(Wait.forLogMessage(/Server startup complete/))
    .start()
  const address: RabbitMqAddress = {
    host: container.getHost(),
    amqpPort: container.getMappedPort(5672),
    managementPort: container.getMappedPort(15672),
    password,
  }
  const control = async (...args: string[]) => void (await runIn(container, ['rabbitmqctl', ...args]))
  return {
    address,
    createVhost: () => createVhostOn(address),
    control,
    /** Stops the broker in an orderly way; the container keeps running. */
    stopApp: () => control('stop_app'),
    startApp: () => control('start_app'),
    /** Starts a memory alarm, which blocks publishers until `endAlarm`, but not consumers. */
    startAlarm: () => control('set_vm_memory_high_watermark', '0.000001'),
    endAlarm: () => control('set_vm_memory_high_watermark', '0.6'),
    ...faultsOf(container),
    stop: async () => void (await container.stop()),
  }
}
export type RabbitMq = Awaited<ReturnType<typeof startRabbitMq>>
