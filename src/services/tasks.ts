import type { ErrorCode } from '../errors.ts'
import type { Prisma, Task, TaskStage } from '../generated/sqlite/client.ts'
import type { ImageFacts } from '../workers/protocol.ts'
import type { Bell } from './bell.ts'
import type { Claim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type NewRunEvent, recordRun } from './run-events.ts'
import { finishRunIfDone } from './runs.ts'
import { dropVariants, ensureSets, type StoredVariant, storeVariant, type WantedSet } from './variant-sets.ts'

/** Another worker has this task now, or it is over: nothing may be written about it any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  constructor(taskId: string) {
    super(`The lease of task ${taskId} is lost.`)
  }
}

export interface TaskFailure {
  code: ErrorCode
  message: string
  stage: TaskStage
  retryable: boolean
}

/** What a worker may say about a task it has claimed. Each is one transaction; LeaseLostError when the token is old. */
export interface Tasks {
  /** the variant sets of these recipes, made where missing; none when the image was deleted meanwhile */
  prepare(claim: Claim, recipesOf: (wanted: string[]) => readonly string[]): Promise<WantedSet[]>
  /** takes variants out whose objects are not what their rows say, and lowers the watermark */
  forget(claim: Claim, set: WantedSet, variantIds: readonly string[]): Promise<void>
  decoded(claim: Claim, facts: ImageFacts): Promise<void>
  /** a variant that is in storage; `share` of the task's work is done with it */
  checkpoint(claim: Claim, set: WantedSet, variant: StoredVariant, share: number): Promise<void>
  succeed(claim: Claim, durations: Record<string, number>): Promise<void>
  skip(claim: Claim, reason: string): Promise<void>
  fail(claim: Claim, failure: TaskFailure): Promise<void>
  retry(claim: Claim, failure: TaskFailure, nextAttemptAt: Date): Promise<void>
  /** puts it back without using an attempt; `crashed` when the image host died with it */
  requeue(claim: Claim, options: { crashed: boolean }): Promise<void>
}

type Ended = 'succeededCount' | 'skippedCount' | 'failedCount'

const unleased = { leaseToken: null, leaseExpiresAt: null } as const

export function createTasks({ db, bell, leaseMs }: { db: Db; bell: Bell; leaseMs: number }): Tasks {
  /** One guarded change of the task, whatever belongs to it, and its event. */
  async function change(
    claim: Claim,
    data: Prisma.TaskUpdateManyMutationInput,
    then: (tx: Tx, task: Task) => Promise<{ run: Prisma.RunUpdateInput; event: NewRunEvent | null; ended?: boolean }>,
  ): Promise<void> {
    await db.$transaction(async (tx) => {
      const [task] = await tx.task.updateManyAndReturn({
        where: { id: claim.taskId, status: 'RUNNING', leaseToken: claim.token },
        data,
      })
      if (!task) throw new LeaseLostError(claim.taskId)
      const { run, event, ended = false } = await then(tx, task)
      if (!event) return
      const updated = await recordRun(tx, claim.runId, run, [{ ...event, taskId: claim.taskId }])
      if (ended) await finishRunIfDone(tx, updated)
    })
    bell.ring(`run:${claim.runId}`)
    bell.ring('image', claim.image.id)
  }

  const renewed = () => ({ leaseExpiresAt: new Date(Date.now() + leaseMs) })

  function end(claim: Claim, data: Prisma.TaskUpdateManyMutationInput, counter: Ended, event: NewRunEvent) {
    return change(claim, { ...data, ...unleased, finishedAt: new Date() }, async (tx, task) => {
      const rest = task.plannedWork - task.doneWork
      await tx.task.update({ where: { id: task.id }, data: { doneWork: task.plannedWork } })
      return {
        run: { processedCount: { increment: 1 }, [counter]: { increment: 1 }, doneWork: { increment: rest } },
        event,
        ended: true,
      }
    })
  }

  return {
    async prepare(claim, recipesOf) {
      let sets: WantedSet[] = []
      await change(claim, renewed(), async (tx) => {
        sets = await ensureSets(tx, claim.image.id, recipesOf)
        return { run: {}, event: null }
      })
      return sets
    },
    forget: (claim, set, variantIds) =>
      change(claim, renewed(), async (tx) => {
        await dropVariants(tx, claim.image, set, variantIds)
        return { run: {}, event: null }
      }),
    decoded: (claim, facts) =>
      change(claim, { stage: 'ENCODE', ...renewed() }, async (tx) => {
        await tx.image.update({ where: { id: claim.image.id }, data: { ...facts } })
        return { run: {}, event: { type: 'TASK_DECODED', message: `${claim.image.filename} is decoded.` } }
      }),
    checkpoint: (claim, set, variant, share) =>
      change(claim, { ...renewed() }, async (tx, task) => {
        const done = Math.min(task.plannedWork - task.doneWork, task.plannedWork * share)
        await tx.task.update({ where: { id: task.id }, data: { doneWork: { increment: done } } })
        const variantId = await storeVariant(tx, claim.image, set, variant)
        const { name, format, width, height } = variant
        const message = `${set.recipe} ${name} ${format} (${width}x${height} px) is stored.`
        return { run: { doneWork: { increment: done } }, event: { type: 'VARIANT_STORED', variantId, message } }
      }),
    succeed: (claim, durations) =>
      end(claim, { status: 'SUCCEEDED', stage: 'PERSIST', durations }, 'succeededCount', {
        type: 'TASK_SUCCEEDED',
        message: `${claim.image.filename} is done.`,
      }),
    skip: (claim, reason) =>
      end(claim, { status: 'SKIPPED' }, 'skippedCount', { type: 'TASK_SKIPPED', message: reason }),
    fail: (claim, failure) =>
      end(claim, { status: 'FAILED', ...describe(failure) }, 'failedCount', {
        type: 'TASK_FAILED',
        message: `${claim.image.filename} failed: ${failure.message}`,
      }),
    retry: (claim, failure, nextAttemptAt) =>
      change(claim, { status: 'RETRYING', nextAttemptAt, ...describe(failure), ...unleased }, async () => ({
        run: {},
        event: { type: 'TASK_RETRYING', message: `${claim.image.filename} is tried again: ${failure.message}` },
      })),
    requeue: (claim, { crashed }) =>
      change(
        claim,
        {
          status: 'QUEUED',
          stage: 'PREPARE',
          attempt: { decrement: 1 },
          crashes: { increment: crashed ? 1 : 0 },
          ...unleased,
        },
        async () => ({
          run: {},
          event: { type: 'TASK_REQUEUED', message: `${claim.image.filename} waits again: its worker went away.` },
        }),
      ),
  }
}

function describe({ code, message, stage, retryable }: TaskFailure) {
  return { errorCode: code, errorMessage: message, errorStage: stage, stage, retryable }
}
