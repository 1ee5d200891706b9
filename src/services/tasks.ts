import type { ErrorCode } from '../errors.ts'
import type { Image, Task, TaskStage } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Claim, ImageClaim } from './claims.ts'
import type { Db, Tx } from './db/open-db.ts'
import { noProgress, type Progress, recordProgress } from './progress.ts'
import { type NewRunEvent, taskEvents } from './run-events.ts'
import { advance } from './run-states.ts'
import { keepAttempt } from './task-attempts.ts'
import { checkHeld, held } from './task-states.ts'
import { dropVariants, ensureSets, findSets, type WantedSet } from './variant-sets.ts'

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
  /** to be called before each PUT: who lost the task must not store anything more for it */
  check(claim: Claim): Promise<void>
  /** what was found out of an image, and which of its variants are in storage; the sets then know of them */
  record(claim: ImageClaim, progress: Progress): Promise<void>
  /** with what is not recorded yet */
  succeed(claim: Claim, rest?: Progress): Promise<void>
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
    { as, issue = false }: { as: 'succeededCount' | 'skippedCount' | 'failedCount'; issue?: boolean },
    events: readonly NewRunEvent[],
  ): Promise<void> {
    const work = task.plannedWork - task.doneWork
    const ofTask = events.map((event) => ({ ...event, taskId: task.id }))
    await advance(tx, claim.runId, { work, issue, ended: { as, count: 1 } }, ofTask)
  }

  function wait(
    claim: Claim,
    failure: TaskFailure,
    { at, verb, usesAttempt }: { at: Date; verb: string; usesAttempt: boolean },
  ): Promise<void> {
    return commit(claim, async (tx) => {
      const facts = { ...describe(failure), ...(!usesAttempt && { attempt: { decrement: 1 } }) }
      const task = await held.retry(tx, claim, at, facts)
      if (usesAttempt) await keepAttempt(tx, task, claim.clock.read())
      const message = `${claim.subject} ${verb}: ${failure.message}`
      await advance(tx, claim.runId, { issue: true }, [{ type: 'TASK_RETRYING', message, taskId: task.id }])
    })
  }

  return {
    async prepare(claim, recipesOf) {
      await checkHeld(db, claim)
      // made with the upload, as a rule
      const there = await findSets(db, claim.image.id, recipesOf)
      if (there) return there
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
    check: (claim) => checkHeld(db, claim),
    async record(claim, progress) {
      const { facts, variants } = progress
      const work = claim.workLeft * variants.reduce((sum, { share }) => sum + share, 0)
      await commit(claim, async (tx) => {
        await held.goOn(tx, claim, leaseMs, { ...(facts && { stage: 'ENCODE' }), doneWork: { increment: work } })
        const events = await recordProgress(tx, claim, progress)
        await advance(tx, claim.runId, { work, issue: hasWarnings(progress) }, events)
      })
      // from here on these are known to be on record
      for (const { set, variant } of variants) set.variants = [...set.variants, variant]
      if (variants.length > 0) claim.image.usableAt ??= new Date()
    },
    succeed: (claim, rest = noProgress) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'SUCCEEDED', { ...spent(claim), stage: 'PERSIST' })
        const { image } = claim
        const events = image ? await recordProgress(tx, { ...claim, image }, rest) : []
        const message = `${claim.subject} is done.`
        await end(claim, tx, task, { as: 'succeededCount', issue: hasWarnings(rest) }, [
          ...events,
          { type: 'TASK_SUCCEEDED', message },
        ])
      }),
    skip: (claim, reason) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'SKIPPED', spent(claim))
        await end(claim, tx, task, { as: 'skippedCount' }, [{ type: 'TASK_SKIPPED', message: reason }])
      }),
    fail: (claim, failure) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'FAILED', { ...spent(claim), ...describe(failure) })
        const message = `${claim.subject} failed: ${failure.message}`
        await end(claim, tx, task, { as: 'failedCount' }, [{ type: 'TASK_FAILED', message }])
      }),
    cancel: (claim) =>
      commit(claim, async (tx) => {
        const task = await held.end(tx, claim, 'CANCELLED', spent(claim))
        await advance(tx, claim.runId, { ended: { as: 'cancelledCount', count: 1 } }, [taskEvents.cancelled(task)])
      }),
    retry: (claim, failure, at) => wait(claim, failure, { at, verb: 'is tried again', usesAttempt: true }),
    park: (claim, failure, at) => wait(claim, failure, { at, verb: 'waits', usesAttempt: false }),
    requeue: (claim, death) =>
      commit(claim, async (tx) => {
        const task = await held.requeue(tx, claim, death && deathNotes[death])
        await advance(tx, claim.runId, {}, [taskEvents.requeued(task)])
      }),
  }
}

const spent = ({ clock }: Claim) => ({ durations: clock.read() })

const hasWarnings = ({ facts }: Progress) => facts !== null && facts.warnings.length > 0

function describe({ code, message, stage, retryable, httpStatus = null }: TaskFailure) {
  return { httpStatus, errorCode: code, errorMessage: message, errorStage: stage, stage, retryable }
}
