import path from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { postgresFolder } from './test/support/installed.ts'

type Options = TestProjectInlineConfiguration['test']

const integration = 'test/integration/**/*.test.ts'
const e2e = 'test/e2e/*.test.ts'
const dashboard = 'test/e2e/dashboard-*.test.ts'

/**
 * TEST_DATABASE=sqlite or postgresql: everything on that one. Otherwise what is tested inside a process is tested on both,
 * and each file of whole services on one of them, which saves ten minutes.
 */
const only = process.env.TEST_DATABASE
const onSqlite = only !== 'postgresql'
const onPostgres = only !== 'sqlite' && postgresFolder !== null
if (!onSqlite && !onPostgres) throw new Error('PostgreSQL is not installed; run npm run test:setup.')

/** Loads the service from its sources, once for all files: that takes longer than most of them do. */
const inside = (name: string, options: Options = {}): TestProjectInlineConfiguration => ({
  extends: true,
  resolve: {
    alias: [{ find: /^\.\/host-program\.ts$/, replacement: path.resolve('test/support/host-program.ts') }],
  },
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    pool: 'forks',
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/workers.ts'],
    ...options,
  },
})

/** Starts the built service, as processes. */
const built = (name: string, options: Options = {}): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    pool: 'forks',
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/support/build.ts'],
    ...options,
  },
})

export default defineConfig({
  // one copy of graphql: vitest would load the ESM build beside the CommonJS one that Yoga's dependencies load
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    restoreMocks: true,
    unstubEnvs: true,
    // of a second, the half may pass on a busy machine before a process is asked
    expect: { poll: { timeout: 20_000 } },
    // on Node 20 the SDK warns of its versions to come; ours is pinned
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default', './test/support/reporter.ts'],
    // many tests wait more than they work
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], pool: 'forks', isolate: false, testTimeout: 20_000 },
      },
      // what asks no database of ours: pictures, buckets, D1, Redis, other people's servers
      inside('edges'),
      ...(onSqlite
        ? [
            // what is the same on both, and what is about SQLite's files
            inside('sqlite', { include: [integration, 'test/sqlite/**/*.test.ts'], provide: { provider: 'sqlite' } }),
            built('e2e', { exclude: onPostgres ? [dashboard] : [] }),
          ]
        : []),
      ...(onPostgres
        ? [
            // and what is about many processes on one database
            inside('postgresql', {
              include: [integration, 'test/postgresql/**/*.test.ts'],
              provide: { provider: 'postgresql' },
              globalSetup: ['test/support/postgres-server.ts', 'test/support/workers.ts'],
            }),
            built('e2e-postgresql', {
              include: [onSqlite ? dashboard : e2e],
              globalSetup: ['test/support/postgres-server.ts', 'test/support/build.ts'],
              setupFiles: ['test/support/services-on-postgres.ts'],
            }),
          ]
        : []),
      built('fuzz', { globalSetup: ['test/support/postgres-server.ts', 'test/support/build.ts'] }),
      // what keeps the machine busy on purpose, after all others
      inside('alone', {
        provide: { provider: onSqlite ? 'sqlite' : 'postgresql' },
        globalSetup: [...(onSqlite ? [] : ['test/support/postgres-server.ts']), 'test/support/workers.ts'],
        sequence: { groupOrder: 1 },
      }),
    ],
  },
})
