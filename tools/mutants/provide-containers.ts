import type { TestProject } from 'vitest/node'
import './provided.ts'

/** In place of the testkit's own: Postgres and RabbitMQ run already, and stay for the next mutant. */
export default ({ provide }: TestProject) => {
  const { MUTANTS_CONTAINERS = '{}' } = process.env
  const { postgres, rabbitMq } = JSON.parse(MUTANTS_CONTAINERS)
  provide('postgres', postgres)
  provide('rabbitMq', rabbitMq)
}
