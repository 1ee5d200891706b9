import { randomUUID } from 'node:crypto'
import { type Image, Prisma } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { Dialect } from './db/sql.ts'
import { recordRun } from './run-events.ts'
import type { RunScope } from './run-scope.ts'

/** A task that this process may work on until the lease ends; `token` fences every write about it. */
export interface Claim {
  taskId: string
  runId: string
  token: string
  /** 1 for the first */
  attempt: number
  crashes: number
  image: Image
  scope: RunScope
}

export interface Claims {
  /** the next task of the run whose turn it is, or null */
  claim(): Promise<Claim | null>
  /** keeps leases of tasks in work alive; a lease that was lost is left alone */
  renew(tokens: readonly string[]): Promise<void>
  /** requeues tasks whose lease ran out, without using an attempt; returns how many */
  reap(): Promise<number>
  /** ends every lease at once: at start-up the one process of a SQLite file is the only one that could hold any */
  voidLeases(): Promise<void>
}

export function createClaims(deps: { db: Db; dialect: Dialect; bell: Bell; leaseMs: number }): Claims {
  const { db, dialect, bell, leaseMs } = deps

  // waits for the row, which every checkpoint of the run holds for a moment; skipping it would miss waiting work
  async function pickRun(tx: Tx, now: Date): Promise<string | null> {
    const [run] = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "Run" SET "servedAt" = ${now} WHERE "id" = (
        SELECT r."id" FROM "Run" r
        WHERE r."status" IN (${dialect.value('RunStatus', 'QUEUED')}, ${dialect.value('RunStatus', 'RUNNING')})
          AND r."pausedAt" IS NULL AND EXISTS (SELECT 1 FROM "Task" t WHERE t."runId" = r."id" AND ${runnable(now)})
        ORDER BY r."lane", r."servedAt" NULLS FIRST, r."id" LIMIT 1)
      RETURNING "id"`
    return run?.id ?? null
  }

  async function takeTask(tx: Tx, runId: string, now: Date) {
    const token = randomUUID()
    const [task] = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "Task" SET "status" = ${dialect.value('TaskStatus', 'RUNNING')}, "stage" = ${dialect.value('TaskStage', 'FETCH')},
        "attempt" = "attempt" + 1, "nextAttemptAt" = NULL, "leaseToken" = ${token},
        "leaseExpiresAt" = ${new Date(now.getTime() + leaseMs)}, "startedAt" = ${now}
      WHERE "id" = (SELECT t."id" FROM "Task" t WHERE t."runId" = ${runId} AND ${runnable(now)}
        ORDER BY t."position" LIMIT 1 ${dialect.skipLocked})
      RETURNING "id"`
    return task ? { id: task.id, token } : null
  }

  /** waiting, due, and no other task works on the same image */
  const runnable = (
    now: Date,
  ) => Prisma.sql`t."status" IN (${dialect.value('TaskStatus', 'QUEUED')}, ${dialect.value('TaskStatus', 'RETRYING')})
    AND (t."nextAttemptAt" IS NULL OR t."nextAttemptAt" <= ${now})
    AND NOT EXISTS (SELECT 1 FROM "Task" o WHERE o."imageId" = t."imageId"
      AND o."status" = ${dialect.value('TaskStatus', 'RUNNING')} AND o."leaseExpiresAt" > ${now})`

  async function take(tx: Tx): Promise<Claim | null> {
    const now = new Date()
    const runId = await pickRun(tx, now)
    const taken = runId ? await takeTask(tx, runId, now) : null
    if (!runId || !taken) return null
    const began = await tx.run.updateMany({
      where: { id: runId, status: 'QUEUED' },
      data: { status: 'RUNNING', startedAt: now },
    })
    const task = await tx.task.findUniqueOrThrow({
      where: { id: taken.id },
      include: { image: true, run: { select: { scope: true } } },
    })
    const { attempt, crashes, image, run } = task
    if (!image) throw new Error(`Task ${task.id} has no image.`)
    const started = { type: 'STARTED' as const, message: 'The run has started.' }
    const message = `${task.subject} is being worked on.`
    await recordRun(tx, runId, {}, [
      ...(began.count === 1 ? [started] : []),
      { type: 'TASK_STARTED', taskId: task.id, message },
    ])
    const scope = run.scope as unknown as RunScope
    return { taskId: task.id, runId, token: taken.token, attempt, crashes, image, scope }
  }

  return {
    async claim() {
      const claimed = await db.$transaction(take)
      if (claimed) bell.ring(`run:${claimed.runId}`)
      return claimed
    },
    async renew(tokens) {
      await db.task.updateMany({
        where: { leaseToken: { in: [...tokens] }, status: 'RUNNING' },
        data: { leaseExpiresAt: new Date(Date.now() + leaseMs) },
      })
    },
    async reap() {
      const expired = await db.$transaction(async (tx) => {
        const tasks = await tx.task.updateManyAndReturn({
          where: { status: 'RUNNING', leaseExpiresAt: { lte: new Date() } },
          data: {
            status: 'QUEUED',
            stage: 'PREPARE',
            attempt: { decrement: 1 },
            leaseToken: null,
            leaseExpiresAt: null,
          },
        })
        for (const task of tasks) {
          const message = `${task.subject} waits again: its worker went away.`
          await recordRun(tx, task.runId, {}, [{ type: 'TASK_REQUEUED', taskId: task.id, message }])
        }
        return tasks
      })
      for (const { runId } of expired) bell.ring(`run:${runId}`)
      return expired.length
    },
    async voidLeases() {
      await db.task.updateMany({ where: { status: 'RUNNING' }, data: { leaseExpiresAt: new Date(0) } })
    },
  }
}
