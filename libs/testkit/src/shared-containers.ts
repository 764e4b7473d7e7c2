import { inject } from 'vitest'
import type {} from './global-setup.ts'
import { createDatabaseOn } from './test-database.ts'
import { createVhostOn } from './test-vhost.ts'

type Options = { migrate?: (ownerUrl: string) => Promise<unknown> }

/**
 * A fresh database on the Postgres of this vitest run, migrated by `migrate` if given; see `createDatabaseOn`.
 * Call `drop()` at the end of the test.
 */
export const createTestDatabase = ({ migrate }: Options = {}) => createDatabaseOn(inject('postgres'), migrate)

/** A fresh vhost on the RabbitMQ of this vitest run. Call `drop()` at the end of the test. */
export const createTestVhost = () => createVhostOn(inject('rabbitMq'))
