import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // one copy of graphql: vitest would load the ESM build beside the CommonJS one that Yoga's dependencies load
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    restoreMocks: true,
    unstubEnvs: true,
    // on Node 20 the SDK warns of its versions to come; ours is pinned
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default', './test/support/reporter.ts'],
    // many tests wait more than they work
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        resolve: {
          alias: [{ find: /^\.\/host-program\.ts$/, replacement: path.resolve('test/support/host-program.ts') }],
        },
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          pool: 'forks',
          // files that share what they import: loading the service takes longer than most of them do
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/global-setup.ts', 'test/support/workers.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/build.ts'],
        },
      },
      {
        extends: true,
        // what keeps the machine busy on purpose, after all others
        test: { name: 'alone', include: ['test/alone/**/*.test.ts'], pool: 'forks', sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/global-setup.ts', 'test/support/build.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
