import { expect } from 'vitest'
import { itself } from '../../src/services/asker.ts'
import { createBell } from '../../src/services/bell.ts'
import { createCancellations } from '../../src/services/cancellations.ts'
import { createClaims, type ImageClaim } from '../../src/services/claims.ts'
import { type Db, openDb } from '../../src/services/db/open-db.ts'
import { dialects } from '../../src/services/db/sql.ts'
import { createRunPlanner } from '../../src/services/run-planner.ts'
import { createRuns, startImageRun } from '../../src/services/runs.ts'
import { createTasks } from '../../src/services/tasks.ts'
import { createTestDatabase, provider } from './databases.ts'
import { imageRow } from './rows.ts'
import { runSettings } from './run-settings.ts'

export const uploadScope = { kind: 'UPLOAD' as const, recipes: ['presets'] }
export const failure = { code: 'STORAGE_UNAVAILABLE', message: 'no storage', stage: 'STORE', retryable: true } as const

/** The engine over a database, without threads, storage or timers: whatever happens, a test has done it. */
export async function createEngine(leaseMs = 30_000) {
  const database = await createTestDatabase()
  const opened = await openDb(database.url)
  const { db } = opened
  const bell = createBell()
  const dialect = dialects[provider]
  const createImages = (count: number) =>
    db.image.createManyAndReturn({ data: Array.from({ length: count }, imageRow) })
  const claims = createClaims({ db, dialect, bell, leaseMs })
  return {
    db,
    bell,
    claims,
    tasks: createTasks({ db, bell, leaseMs }),
    runs: createRuns({ db, dialect, bell, wake() {}, settings: runSettings }),
    planner: createRunPlanner({ db, dialect, bell }),
    cancellations: createCancellations({ db, dialect, bell }),
    createImages,
    async start(count: number) {
      const created = await createImages(count)
      return db.$transaction((tx) => startImageRun(tx, uploadScope, created, itself))
    },
    async mustClaim(): Promise<ImageClaim> {
      const claim = await claims.claim()
      if (!claim?.image) throw new Error('There is no image to claim.')
      return { ...claim, image: claim.image }
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

export type Engine = Awaited<ReturnType<typeof createEngine>>

/** Promises 4 and 5 of a run: counters that a recount confirms, and events without a gap. */
export async function expectConsistent(db: Db, runId: string): Promise<void> {
  const run = await db.run.findUniqueOrThrow({
    where: { id: runId },
    include: { tasks: true, events: { orderBy: { seq: 'asc' } } },
  })
  const count = (status: string) => run.tasks.filter((task) => task.status === status).length
  expect([run.succeededCount, run.skippedCount, run.failedCount, run.cancelledCount]).toEqual(
    ['SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED'].map(count),
  )
  expect(run.processedCount).toBe(run.succeededCount + run.skippedCount + run.failedCount + run.cancelledCount)
  expect(run.totalCount).toBe(run.tasks.length)
  expect(run.events.map((event) => event.seq)).toEqual(
    Array.from({ length: run.eventSeq }, (_each, index) => index + 1),
  )
}
