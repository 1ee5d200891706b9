import { type Image, Prisma, type Task } from '../generated/sqlite/client.ts'
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

/** How often in a row another process may be faster; then the next look tries again. */
const maxTries = 10

export function createClaims(deps: { db: Db; dialect: Dialect; bell: Bell; leaseMs: number }): Claims {
  const { db, dialect, bell, leaseMs } = deps

  // waits for the row, which every checkpoint of the run holds for a moment; skipping it would miss waiting work
  async function pickRun(tx: Tx, now: Date, upToLane: number): Promise<string | null> {
    const [run] = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "Run" SET "servedAt" = ${now} WHERE "id" = (
        SELECT r."id" FROM "Run" r
        WHERE r."status" IN (${dialect.value('RunStatus', 'QUEUED')}, ${dialect.value('RunStatus', 'RUNNING')})
          AND r."pausedAt" IS NULL AND r."lane" <= ${upToLane} AND ${hasClaimable(dialect, Prisma.sql`r."id"`, now)}
        ORDER BY r."lane", r."servedAt" NULLS FIRST, r."id" LIMIT 1)
      AND "status" IN (${dialect.value('RunStatus', 'QUEUED')}, ${dialect.value('RunStatus', 'RUNNING')})
      AND "pausedAt" IS NULL
      RETURNING "id"`
    return run?.id ?? null
  }

  async function take(tx: Tx, upToLane: number): Promise<Claim | 'again' | null> {
    const now = new Date()
    const clock = createStageClock()
    const runId = await pickRun(tx, now, upToLane)
    if (!runId) return null
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
    await startTask(tx, runId, { type: 'TASK_STARTED', taskId: task.id, message })
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
