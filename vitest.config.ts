import { defineConfig } from 'vitest/config'

/** Three kinds of test: rules beside their source, a service on real Postgres and RabbitMQ, the whole stack from outside. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{libs,services}/*/src/**/*.test.ts'] } },
      {
        test: {
          name: 'service',
          include: ['{libs,services}/*/test/**/*.test.ts'],
          globalSetup: ['./libs/testkit/src/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['./e2e/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
