import { Prisma, type Run } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type Dialect, isDatabaseTrouble } from './db/sql.ts'
import { recordRun } from './run-events.ts'
import { type RunScope, scopeCondition } from './run-scope.ts'
import { describePlan, finishRunIfDone } from './runs.ts'

/** Tasks planned a transaction: few enough that other writers get their turn. */
const chunkSize = 1_000

export interface RunPlanner {
  /** Plans one chunk of the oldest unplanned run; false when there is none. */
  planChunk(): Promise<boolean>
}

/** Turns the scope of an accepted run into tasks: a keyset cursor over the images, each chunk one statement. */
export function createRunPlanner({ db, dialect, bell }: { db: Db; dialect: Dialect; bell: Bell }): RunPlanner {
  async function insertTasks(tx: Tx, run: Run, scope: Extract<RunScope, { kind: 'REPROCESS' }>): Promise<void> {
    const after = run.planCursor === null ? Prisma.sql`1 = 1` : Prisma.sql`i."id" > ${run.planCursor}`
    await tx.$executeRaw`
      INSERT INTO "Task" ("id", "runId", "lane", "position", "imageId", "subject", "status", "stage", "plannedWork", "createdAt")
      SELECT ${dialect.newId}, ${run.id}, ${run.lane}, ${run.totalCount} + row_number() OVER (ORDER BY i."id"), i."id",
        i."filename", ${dialect.value('TaskStatus', 'QUEUED')}, ${dialect.value('TaskStage', 'PREPARE')},
        i."width" * i."height" / 1e6, ${new Date()}
      FROM "Image" i WHERE ${after} AND ${scopeCondition(scope)} ORDER BY i."id" LIMIT ${chunkSize}`
  }

  async function plan(tx: Tx, run: Run): Promise<void> {
    await insertTasks(tx, run, run.scope as unknown as Extract<RunScope, { kind: 'REPROCESS' }>)
    const { _count, _sum, _max } = await tx.task.aggregate({
      where: { runId: run.id, position: { gt: run.totalCount } },
      _count: true,
      _sum: { plannedWork: true },
      _max: { imageId: true },
    })
    const done = _count < chunkSize
    const totalCount = run.totalCount + _count
    const planned = await recordRun(
      tx,
      run.id,
      {
        totalCount,
        plannedWork: { increment: _sum.plannedWork ?? 0 },
        planCursor: _max.imageId ?? run.planCursor,
        plannedAt: done ? new Date() : null,
      },
      done ? [{ type: 'PLANNED', message: describePlan(totalCount) }] : [],
    )
    if (done) await finishRunIfDone(tx, planned)
  }

  /** A run that cannot be planned (a recipe that is no longer there, say) fails, and lets the others be. */
  async function fail(run: Run, error: Error): Promise<void> {
    await db.$transaction(async (tx) => {
      const { count } = await tx.run.updateMany({
        where: { id: run.id, status: { in: ['QUEUED', 'RUNNING'] }, plannedAt: null },
        data: {
          status: 'FAILED',
          activeKey: null,
          lastError: error.message,
          plannedAt: new Date(),
          finishedAt: new Date(),
        },
      })
      if (count === 1) {
        await recordRun(tx, run.id, {}, [{ type: 'FAILED', message: `The run cannot be planned: ${error.message}` }])
      }
    })
  }

  return {
    async planChunk() {
      const run = await db.run.findFirst({
        where: { plannedAt: null, pausedAt: null, status: { in: ['QUEUED', 'RUNNING'] } },
        orderBy: [{ lane: 'asc' }, { id: 'asc' }],
      })
      if (!run) return false
      try {
        await db.$transaction((tx) => plan(tx, run))
      } catch (error) {
        if (isDatabaseTrouble(error)) throw error
        await fail(run, error as Error)
      }
      bell.ring(`run:${run.id}`)
      return true
    },
  }
}
