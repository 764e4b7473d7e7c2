import { defineConfig } from 'vitest/config'

/** The tests of a mutated copy, like those in its `vitest.config.ts`. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: {
    bail: 1,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['{libs/*,services/*,migrations}/src/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'service',
          include: ['{libs/*,services/*}/test/**/*.test.ts'],
          globalSetup: ['./tools/mutants/provide-containers.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
