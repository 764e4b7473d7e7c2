import { defineConfig } from 'vitest/config'

/** Rules beside their source; a service on real Postgres and RabbitMQ; the whole stack from outside, under attack and under faults. */
export default defineConfig({
  test: {
    projects: [
      // Plants of the attacks among them: who changes a defence sees at once that its plant has to follow.
      {
        test: {
          name: 'unit',
          include: [
            '{libs/*,services/*,migrations}/src/**/*.test.ts',
            'tools/**/*.test.ts',
            'e2e/attacks/weak/*.test.ts',
            'faults/planted/*.test.ts',
          ],
          // Thousands of cases take their time on a machine that is busy with other work.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'service',
          include: ['{libs/*,services/*,examples/*,migrations}/test/**/*.test.ts'],
          globalSetup: ['./libs/testkit/src/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/{auth,users,events,edge,operations}/*.test.ts'],
          globalSetup: ['./e2e/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'attacks',
          include: ['e2e/attacks/*.test.ts', 'e2e/attacks/fuzz/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['faults/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'mutants',
          include: ['tools/mutants/core.mutants.ts'],
          globalSetup: ['./libs/testkit/src/global-setup.ts'],
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
