import { AppError } from '../errors.ts'
import { Prisma, type Run } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import { giveUpRun } from './cancellations.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type Dialect, isDatabaseTrouble, isUniqueViolation } from './db/sql.ts'
import { imageRange } from './image-range.ts'
import { orphanTasks } from './orphans.ts'
import {
  growsItsPlan,
  type ImageScope,
  pageMark,
  type ReconcileScope,
  type RetryScope,
  type RunScope,
  retriedTasks,
  scopeCondition,
} from './run-scope.ts'
import { active, addToPlan, NotToBePlannedError } from './run-states.ts'
import { unfinishedTaskStates } from './task-states.ts'

export interface RunPlanner {
  /** Plans one chunk of the run whose turn it is; false when there is none. */
  planChunk(): Promise<boolean>
}

interface Chunk {
  /** what to select as position, image id, subject with its search key, and work, and from where: images as "i" */
  position: Prisma.Sql
  image: Prisma.Sql
  subject: Prisma.Sql
  searchKey: Prisma.Sql
  work: Prisma.Sql
  from: Prisma.Sql
  /** positions of earlier chunks end here */
  lastPosition: number
  /** where the next chunk begins; null when this is the last */
  next: string | null
}

/** A run that finds its tasks by itself is planned once none of those that find them is left. */
const nobodyPlans: Prisma.RunWhereInput = {
  OR: [
    { kind: { not: 'SCRAPE' } },
    { tasks: { none: { status: { in: unfinishedTaskStates }, subject: { contains: pageMark } } } },
  ],
}

/** Turns the scope of an accepted run into tasks: a keyset cursor, each chunk one statement. */
export function createRunPlanner({ db, dialect, bell }: { db: Db; dialect: Dialect; bell: Bell }): RunPlanner {
  /** Images in the order of their ids. */
  async function imageChunk(
    tx: Tx,
    { planCursor, totalCount }: Run,
    scope: ImageScope | ReconcileScope,
  ): Promise<Chunk> {
    // named images are few; the others are looked for among all
    const size =
      scope.kind === 'REPROCESS' && scope.scope === 'IMAGES' ? Number.POSITIVE_INFINITY : dialect.rowsAtOnce.write
    const { condition, next } = await imageRange(tx, planCursor, size)
    return {
      position: Prisma.sql`${totalCount} + row_number() OVER (ORDER BY i."id")`,
      image: Prisma.sql`i."id"`,
      subject: Prisma.sql`i."filename"`,
      searchKey: Prisma.sql`i."searchKey"`,
      work: Prisma.sql`i."width" * i."height" / 1e6`,
      from: Prisma.sql`"Image" i WHERE ${condition} AND ${scopeCondition(scope)}`,
      lastPosition: totalCount,
      next,
    }
  }

  /** A retried task keeps the position it had. */
  async function retryChunk(tx: Tx, { planCursor }: Run, scope: RetryScope): Promise<Chunk> {
    const after = Number(planCursor ?? 0)
    const last = await tx.task.findFirst({
      where: { runId: scope.runId },
      orderBy: { position: 'desc' },
      select: { position: true },
    })
    const upTo = after + dialect.rowsAtOnce.write
    return {
      position: Prisma.sql`p."position"`,
      // what an address holds now may be something else
      image: scope.of.kind === 'IMPORT' ? Prisma.sql`NULL` : Prisma.sql`i."id"`,
      subject: Prisma.sql`p."subject"`,
      searchKey: Prisma.sql`p."searchKey"`,
      work: Prisma.sql`p."plannedWork"`,
      from: Prisma.sql`${retriedTasks(scope, dialect)} AND p."position" > ${after} AND p."position" <= ${upTo}`,
      lastPosition: after,
      next: upTo < (last?.position ?? 0) ? String(upTo) : null,
    }
  }

  async function insertTasks(
    tx: Tx,
    run: Run,
    { position, image, subject, searchKey, work, from }: Chunk,
  ): Promise<number> {
    return tx.$executeRaw`
      INSERT INTO "Task" ("id", "runId", "lane", "position", "imageId", "subject", "searchKey", "status", "stage", "plannedWork", "createdAt")
      SELECT ${dialect.newId}, ${run.id}, ${run.lane}, ${position}, ${image}, ${subject}, ${searchKey},
        ${dialect.value('TaskStatus', 'QUEUED')}, ${dialect.value('TaskStage', 'PREPARE')}, ${work}, ${new Date()}
      FROM ${from}`
  }

  async function plan(tx: Tx, run: Run): Promise<void> {
    const scope = run.scope as unknown as RunScope
    if (growsItsPlan(scope)) return void (await addToPlan(tx, run, { tasks: 0, work: 0, cursor: null, done: true }))
    if (scope.kind !== 'RETRY' && scope.kind !== 'REPROCESS' && scope.kind !== 'RECONCILE') {
      throw new Error('It is planned when it is accepted.')
    }
    const chunk = scope.kind === 'RETRY' ? await retryChunk(tx, run, scope) : await imageChunk(tx, run, scope)
    const ofImages = await insertTasks(tx, run, chunk)
    const sweeps = scope.kind === 'RECONCILE' && chunk.next === null ? orphanTasks : []
    const position = chunk.lastPosition + ofImages + 1
    await tx.task.createMany({
      data: sweeps.map((task, index) => ({ ...task, runId: run.id, lane: run.lane, position: position + index })),
    })
    const tasks = ofImages + sweeps.length
    const { _sum } = await tx.task.aggregate({
      where: { runId: run.id, position: { gt: chunk.lastPosition } },
      _sum: { plannedWork: true },
    })
    await addToPlan(tx, run, { tasks, work: _sum.plannedWork ?? 0, cursor: chunk.next, done: chunk.next === null })
  }

  /** What was inserted has been taken back. */
  async function cannotPlan(run: Run, error: unknown): Promise<void> {
    // another process has planned this chunk, or somebody has cancelled the run
    if (error instanceof NotToBePlannedError || isUniqueViolation(error)) return
    if (isDatabaseTrouble(error)) throw error
    // a recipe that is no longer there, say: the run fails, and lets the others be
    const why = error instanceof AppError ? error.message : 'something unexpected went wrong; see the log.'
    await giveUpRun(db, dialect, run.id, `The run cannot be planned: ${why}`)
    if (!(error instanceof AppError)) throw error
  }

  return {
    async planChunk() {
      const run = await db.run.findFirst({
        where: { ...active, plannedAt: null, pausedAt: null, ...nobodyPlans },
        orderBy: [{ lane: 'asc' }, { id: 'asc' }],
      })
      if (!run) return false
      await db.$transaction((tx) => plan(tx, run)).catch((error: unknown) => cannotPlan(run, error))
      bell.ring('run', run.id)
      return true
    },
  }
}
