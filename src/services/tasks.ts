import type { ErrorCode } from '../errors.ts'
import type { Image, Task, TaskStage } from '../generated/sqlite/client.ts'
import type { ImageFacts } from '../workers/protocol.ts'
import type { Bell } from './bell.ts'
import type { Claim, ImageClaim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type NewRunEvent, taskEvents } from './run-events.ts'
import { advance } from './run-states.ts'
import { checkHeld, held } from './task-states.ts'
import { dropVariants, ensureSets, type StoredVariant, storeVariant, type WantedSet } from './variant-sets.ts'

export interface TaskFailure {
  code: ErrorCode
  message: string
  stage: TaskStage
  retryable: boolean
  httpStatus?: number | null
}

export interface Finding {
  type: 'OBJECT_BROKEN' | 'OBJECT_ORPHANED'
  message: string
  /** to be taken out of its set */
  variantId?: string
  isOriginal?: boolean
}

export interface Told {
  events: readonly NewRunEvent[]
  /** something is not as it should be */
  issue?: boolean
}

/** How the image host died with a task: `shared` when others were in it too, so that any of them may be the cause. */
export type HostDeath = 'shared' | 'alone'

/** What a worker may say about a task it has claimed. Each is one transaction; LeaseLostError when the token is old. */
export interface Tasks {
  /** the variant sets of these recipes, made where missing; none when the image was deleted meanwhile */
  prepare(claim: ImageClaim, recipesOf: (wanted: string[]) => readonly string[]): Promise<WantedSet[]>
  /** what in storage is not as it should be; variants that are named are taken out, and the watermark falls */
  report(claim: Claim, findings: readonly Finding[]): Promise<void>
  /** what an address holds is this image; the task waits to be claimed again, with it. In the caller's transaction. */
  fetched(tx: Tx, claim: Claim, image: Image): Promise<void>
  /** what was found out, told as events of the run, and whatever `work` writes with it */
  tell(claim: Claim, work: (tx: Tx) => Promise<Told>): Promise<void>
  decoded(claim: ImageClaim, facts: ImageFacts): Promise<void>
  /** to be called before each PUT: who lost the task must not store anything more for it */
  check(claim: Claim): Promise<void>
  /** a variant that is in storage; `share` of the work left at the claim is done with it */
  checkpoint(claim: ImageClaim, set: WantedSet, variant: StoredVariant, share: number): Promise<void>
  succeed(claim: Claim, durations: Record<string, number>): Promise<void>
  skip(claim: Claim, reason: string): Promise<void>
  fail(claim: Claim, failure: TaskFailure): Promise<void>
  cancel(claim: Claim): Promise<void>
  retry(claim: Claim, failure: TaskFailure, nextAttemptAt: Date): Promise<void>
  /** what it needs is away as a whole: it waits as if it had failed, without using an attempt */
  park(claim: Claim, failure: TaskFailure, nextAttemptAt: Date): Promise<void>
  /** puts it back without using an attempt */
  requeue(claim: Claim, death?: HostDeath): Promise<void>
}

const deathNotes = {
  alone: { crashes: { increment: 1 }, suspect: true },
  shared: { suspect: true },
} as const

export function createTasks({ db, bell, leaseMs }: { db: Db; bell: Bell; leaseMs: number }): Tasks {
  async function commit(claim: Claim, work: (tx: Tx) => Promise<unknown>): Promise<void> {
    await db.$transaction(work)
    bell.ring('run', claim.runId)
    if (claim.image) bell.ring('image', claim.image.id)
  }

  /** Ends the task; what was not done of its work counts as done with it. */
  async function end(
    claim: Claim,
    tx: Tx,
    task: Task,
    as: 'succeededCount' | 'skippedCount' | 'failedCount',
    event: NewRunEvent,
  ): Promise<void> {
    const work = task.plannedWork - task.doneWork
    await advance(tx, claim.runId, { work, ended: { as, count: 1 } }, [{ ...event, taskId: task.id }])
  }

  function wait(
    claim: Claim,
    failure: TaskFailure,
    { at, verb, facts = {} }: { at: Date; verb: string; facts?: { attempt?: { decrement: number } } },
  ): Promise<void> {
    return commit(claim, async (tx) => {
      const task = await held.retry(tx, claim, at, { ...describe(failure), ...facts })
      const message = `${claim.subject} ${verb}: ${failure.message}`
      await advance(tx, claim.runId, { issue: true }, [{ type: 'TASK_RETRYING', message, taskId: task.id }])
    })
  }

  return {
    async prepare(claim, recipesOf) {
      let sets: WantedSet[] = []
      await commit(claim, async (tx) => {
        await held.goOn(tx, claim, leaseMs)
        sets = await ensureSets(tx, claim.image.id, recipesOf)
      })
      return sets
    },
    report: (claim, findings) =>
      commit(claim, async (tx) => {
        await held.goOn(tx, claim, leaseMs)
        await dropVariants(
          tx,
          findings.flatMap(({ variantId }) => variantId ?? []),
        )
        const events = findings.map(({ type, message }) => ({ type, message, taskId: claim.taskId }))
        await advance(tx, claim.runId, { issue: true }, events)
      }),
    tell: (claim, work) =>
      commit(claim, async (tx) => {
        await held.goOn(tx, claim, leaseMs)
        const { events, issue = false } = await work(tx)
        const ofTask = events.map((event) => ({ ...event, taskId: claim.taskId }))
        await advance(tx, claim.runId, { issue }, ofTask)
      }),
    async fetched(tx, claim, image) {
      const task = await held.requeue(tx, claim, { imageId: image.id })
      const message = `${claim.subject} is taken in as ${image.filename}.`
      await advance(tx, claim.runId, {}, [{ type: 'SOURCE_FETCHED', message, taskId: task.id }])
    },
    decoded: (claim, facts) =>
      commit(claim, async (tx) => {
        const task = await held.goOn(tx, claim, leaseMs, { stage: 'ENCODE' })
        await tx.image.update({ where: { id: claim.image.id }, data: { ...facts } })
        const event = { type: 'TASK_DECODED' as const, message: `${claim.subject} is decoded.`, taskId: task.id }
        await advance(tx, claim.runId, { issue: facts.warnings.length > 0 }, [event])
      }),
    check: (claim) => checkHeld(db, claim),
    checkpoint: (claim, set, variant, share) =>
      commit(claim, async (tx) => {
        const work = claim.workLeft * share
        await held.goOn(tx, claim, leaseMs, { doneWork: { increment: work } })
        const variantId = await storeVariant(tx, claim.image, set, variant)
        const { name, format, width, height } = variant
        const message = `${set.recipe} ${name} ${format} (${width}x${height} px) is stored.`
        await advance(tx, claim.runId, { work }, [{ type: 'VARIANT_STORED', message, taskId: claim.taskId, variantId }])
      }),
    succeed: (claim, durations) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'SUCCEEDED', { stage: 'PERSIST', durations })
        const message = `${claim.subject} is done.`
        await end(claim, tx, task, 'succeededCount', { type: 'TASK_SUCCEEDED', message })
      }),
    skip: (claim, reason) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'SKIPPED')
        await end(claim, tx, task, 'skippedCount', { type: 'TASK_SKIPPED', message: reason })
      }),
    fail: (claim, failure) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'FAILED', describe(failure))
        const message = `${claim.subject} failed: ${failure.message}`
        await end(claim, tx, task, 'failedCount', { type: 'TASK_FAILED', message })
      }),
    cancel: (claim) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'CANCELLED')
        await advance(tx, claim.runId, { ended: { as: 'cancelledCount', count: 1 } }, [taskEvents.cancelled(task)])
      }),
    retry: (claim, failure, at) => wait(claim, failure, { at, verb: 'is tried again' }),
    park: (claim, failure, at) => wait(claim, failure, { at, verb: 'waits', facts: { attempt: { decrement: 1 } } }),
    requeue: (claim, death) =>
      commit(claim, async (tx) => {
        const task = await held.requeue(tx, claim, death && deathNotes[death])
        await advance(tx, claim.runId, {}, [taskEvents.requeued(task)])
      }),
  }
}

function describe({ code, message, stage, retryable, httpStatus = null }: TaskFailure) {
  return { httpStatus, errorCode: code, errorMessage: message, errorStage: stage, stage, retryable }
}
