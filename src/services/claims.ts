import { type Image, Prisma, type Run, type Task } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type Dialect, isUniqueViolation } from './db/sql.ts'
import { taskEvents } from './run-events.ts'
import { firstScope, needsImage, type RunScope } from './run-scope.ts'
import { advance, startTask } from './run-states.ts'
import { createStageClock, type StageClock } from './stage-clock.ts'
import { type Holder, hasClaimable, held, renewLeases, requeueExpired, takeTask } from './task-states.ts'

/** A task that this process may work on until the lease ends; `token` fences every write about it. */
export interface Claim extends Holder {
  runId: string
  /** of its run: 0 before the others */
  lane: number
  /** 1 for the first */
  attempt: number
  /** it was in the image host when that died, so it may only be in it alone */
  suspect: boolean
  /** deaths of the image host while it was alone in it */
  crashes: number
  /** megapixels, less what earlier attempts have stored */
  workLeft: number
  /** what it is about, for people; the address that a task without an image is to fetch, or the folder it is to sweep */
  subject: string
  image: Image | null
  scope: RunScope
  /** since it was claimed */
  clock: StageClock
}

export type ImageClaim = Claim & { image: Image }

/** What names a task in the lines of the log. */
export const taskNames = ({ runId, taskId }: Pick<Claim, 'runId' | 'taskId'>) => ({ runId, taskId })

export const kindOf = ({ scope }: Pick<Claim, 'scope'>) => firstScope(scope).kind

export interface Claims {
  /** the next task of the run whose turn it is, or null; only of runs up to this lane */
  claim(upToLane?: number): Promise<Claim | null>
  /** keeps leases of tasks in work alive; returns the tokens that still are leases */
  renew(tokens: readonly string[]): Promise<Set<string>>
  /** requeues tasks whose lease ran out, without using an attempt; returns how many */
  reap(): Promise<number>
}

const anyLane = 1

/** Locked to the end of the transaction, so this is its state. */
type PickedRun = Pick<Run, 'id' | 'status'>

/** How often in a row another process may be faster; then the next look tries again. */
const maxTries = 10

export function createClaims(deps: { db: Db; dialect: Dialect; bell: Bell; leaseMs: number }): Claims {
  const { db, dialect, bell, leaseMs } = deps

  /** Of the runs whose turn it is, the first that nobody holds at this moment: others may claim from it, or end a task. */
  function pickFreeRun(tx: Tx, now: Date, upToLane: number): Promise<PickedRun | null> {
    const lane = Prisma.sql`(SELECT f."lane" ${inTurn(Prisma.sql`f`, now, Prisma.sql`f."lane" <= ${upToLane}`)})`
    const run = inTurn(Prisma.sql`r`, now, Prisma.sql`r."lane" = ${lane}`)
    return serve(tx, now, Prisma.sql`SELECT r."id" ${run} ${dialect.skipLocked}`)
  }

  /** Waits for its row, which every checkpoint of the run holds for a moment: to skip it would miss waiting work. */
  function pickRun(tx: Tx, now: Date, upToLane: number): Promise<PickedRun | null> {
    return serve(tx, now, Prisma.sql`SELECT r."id" ${inTurn(Prisma.sql`r`, now, Prisma.sql`r."lane" <= ${upToLane}`)}`)
  }

  const runnable = Prisma.sql`"status" IN (${dialect.value('RunStatus', 'QUEUED')}, ${dialect.value('RunStatus', 'RUNNING')})
    AND "pausedAt" IS NULL`

  const inTurn = (run: Prisma.Sql, now: Date, which: Prisma.Sql) => Prisma.sql`FROM "Run" ${run}
    WHERE ${runnable} AND ${which} AND ${hasClaimable(dialect, Prisma.sql`${run}."id"`, now)}
    ORDER BY ${run}."lane", ${run}."servedAt" NULLS FIRST, ${run}."id" LIMIT 1`

  async function serve(tx: Tx, now: Date, pick: Prisma.Sql): Promise<PickedRun | null> {
    const [run] = await tx.$queryRaw<PickedRun[]>`
      UPDATE "Run" SET "servedAt" = ${now} WHERE "id" = (${pick}) AND ${runnable}
      RETURNING "id", CAST("status" AS TEXT) AS "status"`
    return run ?? null
  }

  async function take(tx: Tx, upToLane: number): Promise<Claim | 'again' | null> {
    const now = new Date()
    const clock = createStageClock()
    const free = dialect.skipLocked === Prisma.empty ? null : await pickFreeRun(tx, now, upToLane)
    const run = free ?? (await pickRun(tx, now, upToLane))
    if (!run) return null
    const { id: runId } = run
    const holder = await takeTask(tx, dialect, runId, { now, leaseMs })
    // another process was faster
    if (!holder) return 'again'
    const task = await tx.task.findUniqueOrThrow({
      where: { id: holder.taskId },
      include: { image: true, run: { select: { scope: true } } },
    })
    const { lane, attempt, suspect, crashes, plannedWork, doneWork, subject, image } = task
    const scope = task.run.scope as unknown as RunScope
    if (!image && needsImage(scope, subject)) {
      await skipWithoutImage(tx, holder, runId, task)
      return 'again'
    }
    const message = `${subject} is being worked on.`
    await startTask(tx, run, { type: 'TASK_STARTED', taskId: task.id, message })
    const workLeft = plannedWork - doneWork
    return { ...holder, runId, lane, attempt, suspect, crashes, workLeft, subject, image, scope, clock }
  }

  return {
    async claim(upToLane = anyLane) {
      for (let tries = 0; tries < maxTries; tries += 1) {
        const claimed = await db
          .$transaction((tx) => take(tx, upToLane))
          .catch((error: unknown) => {
            // at the same moment another process has claimed another task of the same image
            if (isUniqueViolation(error)) return 'again' as const
            throw error
          })
        if (claimed !== 'again') {
          if (claimed) bell.ring('run', claimed.runId)
          return claimed
        }
      }
      return null
    },
    renew: (tokens) => renewLeases(db, tokens, new Date(Date.now() + leaseMs)),
    async reap() {
      const expired = await db.$transaction(async (tx) => {
        const tasks = await requeueExpired(tx)
        for (const task of tasks) await advance(tx, task.runId, {}, [taskEvents.requeued(task)])
        return tasks
      })
      for (const { runId } of expired) bell.ring('run', runId)
      return expired.length
    },
  }
}

/** Its image was collected while it waited (in a paused run, say): there is nothing to make, and nobody must wait for it. */
async function skipWithoutImage(tx: Tx, holder: Holder, runId: string, { id, subject }: Task): Promise<void> {
  await held.end(tx, holder, 'SKIPPED')
  const message = `${subject} was deleted meanwhile.`
  await advance(tx, runId, { ended: { as: 'skippedCount', count: 1 } }, [{ type: 'TASK_SKIPPED', message, taskId: id }])
}
