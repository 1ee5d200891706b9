import { Prisma, type Run } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import { cancelTasks } from './cancellations.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type Dialect, isDatabaseTrouble } from './db/sql.ts'
import { type ImageScope, type RetryScope, type RunScope, retriedTasks, scopeCondition } from './run-scope.ts'
import { active, addToPlan, startCancelling } from './run-states.ts'

/** Tasks planned a transaction: few enough that other writers get their turn. */
const chunkSize = 1_000

export interface RunPlanner {
  /** Plans one chunk of the run whose turn it is; false when there is none. */
  planChunk(): Promise<boolean>
}

interface Chunk {
  /** what to select as position, and from where: images as "i" */
  position: Prisma.Sql
  from: Prisma.Sql
  order: Prisma.Sql
  /** positions of earlier chunks end here */
  lastPosition: number
}

/** Images in the order of their ids. */
function imageChunk({ planCursor, totalCount }: Run, scope: ImageScope): Chunk {
  const after = planCursor === null ? Prisma.sql`1 = 1` : Prisma.sql`i."id" > ${planCursor}`
  return {
    position: Prisma.sql`${totalCount} + row_number() OVER (ORDER BY i."id")`,
    from: Prisma.sql`"Image" i WHERE ${after} AND ${scopeCondition(scope)}`,
    order: Prisma.sql`i."id"`,
    lastPosition: totalCount,
  }
}

/** A retried task keeps the position it had. */
function retryChunk({ planCursor }: Run, scope: RetryScope, dialect: Dialect): Chunk {
  const lastPosition = Number(planCursor ?? 0)
  return {
    position: Prisma.sql`p."position"`,
    from: Prisma.sql`${retriedTasks(scope, dialect)} AND p."position" > ${lastPosition}`,
    order: Prisma.sql`p."position"`,
    lastPosition,
  }
}

/** Turns the scope of an accepted run into tasks: a keyset cursor, each chunk one statement. */
export function createRunPlanner({ db, dialect, bell }: { db: Db; dialect: Dialect; bell: Bell }): RunPlanner {
  async function insertTasks(tx: Tx, run: Run, { position, from, order }: Chunk): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO "Task" ("id", "runId", "lane", "position", "imageId", "subject", "status", "stage", "plannedWork", "createdAt")
      SELECT ${dialect.newId}, ${run.id}, ${run.lane}, ${position}, i."id", i."filename",
        ${dialect.value('TaskStatus', 'QUEUED')}, ${dialect.value('TaskStage', 'PREPARE')},
        i."width" * i."height" / 1e6, ${new Date()}
      FROM ${from} ORDER BY ${order} LIMIT ${chunkSize}`
  }

  async function plan(tx: Tx, run: Run): Promise<void> {
    const scope = run.scope as unknown as RunScope
    if (scope.kind === 'UPLOAD') throw new Error('An upload is planned when it is accepted.')
    const chunk = scope.kind === 'RETRY' ? retryChunk(run, scope, dialect) : imageChunk(run, scope)
    await insertTasks(tx, run, chunk)
    const { _count, _sum, _max } = await tx.task.aggregate({
      where: { runId: run.id, position: { gt: chunk.lastPosition } },
      _count: true,
      _sum: { plannedWork: true },
      _max: { imageId: true, position: true },
    })
    const last = scope.kind === 'RETRY' ? _max.position?.toString() : _max.imageId
    const done = _count < chunkSize
    await addToPlan(tx, run.id, {
      tasks: _count,
      work: _sum.plannedWork ?? 0,
      cursor: last ?? run.planCursor,
      done,
    })
  }

  /** A run that cannot be planned (a recipe that is no longer there, say) fails, and lets the others be. */
  async function giveUp(run: Run, error: Error): Promise<void> {
    await db.$transaction(async (tx) => {
      const stopped = await startCancelling(tx, run.id, { error: `The run cannot be planned: ${error.message}` })
      if (stopped) await cancelTasks(tx, dialect, stopped)
    })
  }

  return {
    async planChunk() {
      const run = await db.run.findFirst({
        where: { ...active, plannedAt: null, pausedAt: null },
        orderBy: [{ lane: 'asc' }, { id: 'asc' }],
      })
      if (!run) return false
      try {
        await db.$transaction((tx) => plan(tx, run))
      } catch (error) {
        // cancelled meanwhile: what was inserted is taken back, and it is not to be planned any more
        if (isDatabaseTrouble(error)) throw error
        await giveUp(run, error as Error)
      }
      bell.ring('run', run.id)
      return true
    },
  }
}
