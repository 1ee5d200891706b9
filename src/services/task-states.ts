import { randomUUID } from 'node:crypto'
import { Prisma, type Task, type TaskStage, type TaskStatus } from '../generated/sqlite/client.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { Dialect } from './db/sql.ts'

// The state machine of a task. Every change of Task.status is here, each one guarded UPDATE.
//
//   QUEUED   -> RUNNING    claimed: a lease, and a token that fences every later write
//   RETRYING -> RUNNING    claimed, once nextAttemptAt has come
//   RUNNING  -> QUEUED     its lease ran out, its image host died, or its service ends; no attempt is used
//   RUNNING  -> RETRYING   failed in a way that may pass
//   RUNNING  -> SUCCEEDED | SKIPPED | FAILED
//   QUEUED | RETRYING | RUNNING -> CANCELLED
//
// SUCCEEDED, SKIPPED, FAILED and CANCELLED are final.

const waitingStates: TaskStatus[] = ['QUEUED', 'RETRYING']
export const unfinishedTaskStates: TaskStatus[] = [...waitingStates, 'RUNNING']

/** Another worker has this task now, or it is over: nothing may be written about it any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  constructor(taskId: string) {
    super(`The lease of task ${taskId} is lost.`)
  }
}

/** Who works on a task: its lease is theirs as long as the token is. */
export interface Holder {
  taskId: string
  token: string
}

const unleased = { leaseToken: null, leaseExpiresAt: null } as const
const over = () => ({ ...unleased, nextAttemptAt: null, finishedAt: new Date() })

/**
 * Free to be worked on: no other task works on the same image, and none of its old variants are being deleted.
 */
const imageIsFree = (dialect: Dialect) => Prisma.sql`
  NOT EXISTS (SELECT 1 FROM "Task" o
    WHERE o."imageId" = t."imageId" AND o."status" = ${dialect.value('TaskStatus', 'RUNNING')})
  AND NOT EXISTS (SELECT 1 FROM "VariantSet" s WHERE s."imageId" = t."imageId" AND s."collectingAt" IS NOT NULL)`

const waiting = (dialect: Dialect, runId: Prisma.Sql) => Prisma.sql`FROM "Task" t WHERE t."runId" = ${runId}
  AND t."status" = ${dialect.value('TaskStatus', 'QUEUED')} AND ${imageIsFree(dialect)}`

const due = (dialect: Dialect, runId: Prisma.Sql, now: Date) => Prisma.sql`FROM "Task" t WHERE t."runId" = ${runId}
  AND t."status" = ${dialect.value('TaskStatus', 'RETRYING')} AND t."nextAttemptAt" <= ${now} AND ${imageIsFree(dialect)}`

/** A condition on the run whose id this is: it has a task that can be claimed now. */
export function hasClaimable(dialect: Dialect, runId: Prisma.Sql, now: Date): Prisma.Sql {
  // by LIMIT and not by EXISTS, which PostgreSQL answers for all runs at once, looking at every task that waits
  return Prisma.sql`COALESCE((SELECT 1 ${waiting(dialect, runId)} LIMIT 1), (SELECT 1 ${due(dialect, runId, now)} LIMIT 1)) = 1`
}

/**
 * Tasks of a lane that can be claimed now, and retries that will be due by then, those of the run whose turn it is first.
 * For PostgreSQL.
 */
export function findClaimable(
  db: Db,
  dialect: Dialect,
  lane: number,
  { by, limit }: { by: Date; limit: number },
): Promise<Pick<Task, 'id' | 'attempt' | 'nextAttemptAt'>[]> {
  const facts = Prisma.sql`t."id", t."attempt", t."nextAttemptAt"`
  const run = Prisma.sql`r."id"`
  return db.$queryRaw`
    SELECT c."id", c."attempt", c."nextAttemptAt" FROM (
      SELECT "id", "servedAt" FROM "Run"
      WHERE "status" IN (${dialect.value('RunStatus', 'QUEUED')}, ${dialect.value('RunStatus', 'RUNNING')})
        AND "pausedAt" IS NULL AND "lane" = ${lane}
      ORDER BY "servedAt" NULLS FIRST, "id" LIMIT ${limit}) r
    CROSS JOIN LATERAL (
      (SELECT ${facts} ${due(dialect, run, by)} LIMIT ${limit})
      UNION ALL (SELECT ${facts} ${waiting(dialect, run)} ORDER BY t."position" LIMIT ${limit})) c
    LIMIT ${limit}`
}

/** Gives the run's next task to a new holder: a retry that is due, else the first that waits. */
export async function takeTask(
  tx: Tx,
  dialect: Dialect,
  runId: string,
  { now, leaseMs }: { now: Date; leaseMs: number },
): Promise<Holder | null> {
  const token = randomUUID()
  const run = Prisma.sql`${runId}`
  // two looks, since one over both states would have to sort all that wait
  const [task] = await tx.$queryRaw<{ id: string }[]>`
    UPDATE "Task" SET "status" = ${dialect.value('TaskStatus', 'RUNNING')}, "stage" = ${dialect.value('TaskStage', 'FETCH')},
      "attempt" = "attempt" + 1, "nextAttemptAt" = NULL, "leaseToken" = ${token},
      "leaseExpiresAt" = ${new Date(now.getTime() + leaseMs)}, "startedAt" = ${now}
    WHERE "id" = COALESCE(
      (SELECT t."id" ${due(dialect, run, now)} ORDER BY t."nextAttemptAt" LIMIT 1 ${dialect.skipLocked}),
      (SELECT t."id" ${waiting(dialect, run)} ORDER BY t."position" LIMIT 1 ${dialect.skipLocked}))
    RETURNING "id"`
  return task ? { taskId: task.id, token } : null
}

/** Makes leases last until then; returns the tokens of those that still are leases. */
export async function renewLeases(db: Db | Tx, tokens: readonly string[], until: Date): Promise<Set<string>> {
  const renewed = await db.task.updateManyAndReturn({
    where: { leaseToken: { in: [...tokens] }, status: 'RUNNING' },
    data: { leaseExpiresAt: until },
    select: { leaseToken: true },
  })
  return new Set(renewed.flatMap(({ leaseToken }) => leaseToken ?? []))
}

/** Throws LeaseLostError when the task is no longer theirs. */
export async function checkHeld(db: Db | Tx, holder: Holder): Promise<void> {
  const held = await db.task.findFirst({ where: asHeld(holder), select: { id: true } })
  if (!held) throw new LeaseLostError(holder.taskId)
}

const asHeld = ({ taskId, token }: Holder) => ({ id: taskId, status: 'RUNNING', leaseToken: token }) as const

type Change = Prisma.TaskUpdateManyMutationInput
/** also of the image it is about */
type UncheckedChange = Prisma.TaskUncheckedUpdateManyInput

async function changeHeld(tx: Tx, holder: Holder, data: UncheckedChange): Promise<Task> {
  const [task] = await tx.task.updateManyAndReturn({ where: asHeld(holder), data })
  if (!task) throw new LeaseLostError(holder.taskId)
  return task
}

/** What a holder may do with its task; each throws LeaseLostError when it is no longer theirs. */
export const held = {
  /** the lease begins anew */
  async goOn(
    tx: Tx,
    holder: Holder,
    leaseMs: number,
    change: { stage?: TaskStage; doneWork?: { increment: number } } = {},
  ): Promise<void> {
    const data = { ...change, leaseExpiresAt: new Date(Date.now() + leaseMs) }
    const { count } = await tx.task.updateMany({ where: asHeld(holder), data })
    if (count === 0) throw new LeaseLostError(holder.taskId)
  },
  end: (tx: Tx, holder: Holder, status: 'SUCCEEDED' | 'SKIPPED' | 'FAILED' | 'CANCELLED', facts: Change = {}) =>
    changeHeld(tx, holder, { ...facts, ...over(), status }),
  retry: (tx: Tx, holder: Holder, nextAttemptAt: Date, facts: Change) =>
    changeHeld(tx, holder, { ...facts, ...unleased, status: 'RETRYING', nextAttemptAt }),
  requeue: (tx: Tx, holder: Holder, facts: UncheckedChange = {}) => changeHeld(tx, holder, { ...facts, ...requeued }),
}

const requeued = { ...unleased, status: 'QUEUED', stage: 'PREPARE', attempt: { decrement: 1 } } as const

/** Tasks whose lease ran out wait again. */
export function requeueExpired(tx: Tx): Promise<Task[]> {
  return tx.task.updateManyAndReturn({
    where: { status: 'RUNNING', leaseExpiresAt: { lte: new Date() } },
    data: requeued,
  })
}

/** Ends every lease at once: at start-up the one process of a SQLite file is the only one that could hold any. */
export async function voidLeases(db: Db): Promise<void> {
  await db.task.updateMany({ where: { status: 'RUNNING' }, data: { leaseExpiresAt: new Date(0) } })
  await db.artist.updateMany({ where: { showingUntil: { not: null } }, data: { showingUntil: null } })
}

/** Cancels a chunk of the tasks that nobody works on, in the order of their positions; returns how many. */
export async function cancelWaiting(tx: Tx, { rowsAtOnce }: Dialect, runId: string): Promise<number> {
  const where = { runId, status: { in: waitingStates } }
  const first = await tx.task.findFirst({ where, orderBy: { position: 'asc' }, select: { position: true } })
  if (!first) return 0
  const { count } = await tx.task.updateMany({
    where: { ...where, position: { gte: first.position, lt: first.position + rowsAtOnce.write } },
    data: { status: 'CANCELLED', nextAttemptAt: null, finishedAt: new Date() },
  })
  return count
}

/** Takes tasks from whoever works on them: those whose lease ends by then. */
export function cancelRunning(tx: Tx, runId: string, leasesUntil: Date | null): Promise<Task[]> {
  const where = { runId, status: 'RUNNING', ...(leasesUntil && { leaseExpiresAt: { lte: leasesUntil } }) } as const
  return tx.task.updateManyAndReturn({ where, data: { ...over(), status: 'CANCELLED' } })
}
