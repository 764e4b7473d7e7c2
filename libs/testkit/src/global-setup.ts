import type { TestProject } from 'vitest/node'
import { type PostgresAddress, startPostgres } from './postgres.ts'
import { startRabbitMq } from './rabbitmq.ts'
import type { RabbitMqAddress } from './rabbitmq-address.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresAddress
    rabbitMq: RabbitMqAddress
  }
}

/** Vitest's globalSetup: one Postgres and one RabbitMQ for all test files of the project. */
export default async ({ provide }: TestProject) => {
  const started = await Promise.allSettled([startPostgres(), startRabbitMq()])
  const stop = async () => {
    await Promise.all(started.map((it) => (it.status === 'fulfilled' ? it.value.stop() : undefined)))
  }
  const [postgres, rabbitMq] = started
  if (postgres.status === 'rejected' || rabbitMq.status === 'rejected') {
    await stop()
    throw new AggregateError(
      started.flatMap((it) => (it.status === 'rejected' ? [it.reason] : [])),
      'Postgres or RabbitMQ did not start',
    )
  }
  provide('postgres', postgres.value.address)
  provide('rabbitMq', rabbitMq.value.address)
  return stop
}
