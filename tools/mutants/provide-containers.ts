import type { TestProject } from 'vitest/node'
import './provided.ts'

/** Replaces the testkit's global set-up: Postgres and RabbitMQ already run, and are kept for the next mutant. */
export default ({ provide }: TestProject) => {
  const { MUTANTS_CONTAINERS = '{}' } = process.env
  const { postgres, rabbitMq } = JSON.parse(MUTANTS_CONTAINERS)
  provide('postgres', postgres)
  provide('rabbitMq', rabbitMq)
}
