import { D1RefusedError, D1UnavailableError } from '../d1-errors.ts'
import {
  AppError,
  PoisonImageError,
  SourceUnavailableError,
  StorageNotConfiguredError,
  StorageUnavailableError,
} from '../errors.ts'
import type { TaskStage } from '../generated/sqlite/client.ts'
import type { Log } from '../log.ts'
import { type Claim, taskNames } from './claims.ts'
import { isDatabaseTrouble, isUniqueViolation } from './db/sql.ts'
import { HostDiedError } from './host-connection.ts'
import { LeaseLostError } from './task-states.ts'
import type { TaskFailure, Tasks } from './tasks.ts'

/** A task is begun so often at most. */
export const maxAttempts = 4
/** An image that ended the image host this often, while it was alone in it, is not given to it again. */
const maxCrashes = 2

/** A storage that is away for longer has disappeared for good, as far as a run is concerned, ms. */
const longestOutageMs = 24 * 3_600_000

/** Why the work on a task is to stop: its run is being cancelled. */
export class RunCancelledError extends Error {
  override readonly name = 'RunCancelledError'
  constructor() {
    super('The run is being cancelled.')
  }
}

/** Decides what becomes of a task whose work ended with an error, and records it. Never throws. */
export type SettleTask = (claim: Claim, error: unknown, signal: AbortSignal, stage: TaskStage) => Promise<void>

interface Deps {
  tasks: Tasks
  /** how long the storage is expected to stay away, ms, 0 while it answers; and since when it has been */
  storage: { waitMs(): number; downSince(): Date | null }
  /** ends a run as FAILED */
  giveUp: (runId: string, error: string) => Promise<void>
  retryBaseMs: number
  log: Log
}

export function createSettleTask({ tasks, storage, giveUp, retryBaseMs, log }: Deps): SettleTask {
  function settleDeath(claim: Claim, { inHost, alone }: HostDiedError, stage: TaskStage): Promise<void> {
    // of those that were in it together, any may be the cause: each is tried alone
    if (!inHost) return tasks.requeue(claim)
    if (!alone) return tasks.requeue(claim, 'shared')
    const deaths = claim.crashes + 1
    if (deaths < maxCrashes) return tasks.requeue(claim, 'alone')
    return tasks.fail(claim, describe(new PoisonImageError(deaths), stage))
  }

  function settleFailure(claim: Claim, failure: TaskFailure, error: unknown): Promise<void> {
    // the whole storage is away, for which no image is to blame
    if (error instanceof StorageUnavailableError && error.outage && waitFor(error) > 0) {
      return settleOutage(claim, failure, waitFor(error))
    }
    if (error instanceof SourceUnavailableError) return settleSource(claim, failure, error)
    const askedSeconds = error instanceof D1UnavailableError ? (error.retryAfterSeconds ?? 0) : 0
    return settleByItself(claim, failure, askedSeconds * 1_000)
  }

  /** A source that was not even asked wants to be left alone, for which the address is not to blame. */
  function settleSource(claim: Claim, failure: TaskFailure, { asked, retryAfterMs }: SourceUnavailableError) {
    return asked ? settleByItself(claim, failure, retryAfterMs) : park(claim, failure, retryAfterMs)
  }

  function settleByItself(claim: Claim, failure: TaskFailure, askedMs: number): Promise<void> {
    if (!failure.retryable || claim.attempt >= maxAttempts) return tasks.fail(claim, failure)
    return tasks.retry(claim, failure, new Date(Date.now() + askedMs + jitter(claim)))
  }

  /** A look that succeeds in between must not cost an attempt. */
  const waitFor = ({ retryAfterMs }: StorageUnavailableError) => Math.max(storage.waitMs(), retryAfterMs)

  const park = (claim: Claim, failure: TaskFailure, ms: number) =>
    tasks.park(claim, failure, new Date(Date.now() + ms + jitter(claim)))

  async function settleOutage(claim: Claim, failure: TaskFailure, outageMs: number): Promise<void> {
    const since = storage.downSince()?.getTime() ?? Date.now()
    if (Date.now() - since < longestOutageMs) return park(claim, failure, outageMs)
    await tasks.fail(claim, failure)
    await giveUp(claim.runId, `The storage has been away for a day: ${failure.message}`)
  }

  /** Full jitter, so that what failed together does not come back together. */
  const jitter = ({ attempt }: Claim) => Math.random() * retryBaseMs * 2 ** (attempt - 1)

  /** No task of the run can do without the storage, and waiting does not help. */
  async function settleMisconfigured(claim: Claim, failure: TaskFailure): Promise<void> {
    await tasks.fail(claim, failure)
    await giveUp(claim.runId, failure.message)
  }

  const settleStopped = (claim: Claim, reason: unknown) =>
    reason instanceof RunCancelledError ? tasks.cancel(claim) : tasks.requeue(claim)

  async function settle(claim: Claim, error: unknown, signal: AbortSignal, stage: TaskStage): Promise<void> {
    // another worker has it now
    if (error instanceof LeaseLostError) return
    if (signal.aborted) return settleStopped(claim, signal.reason)
    if (error instanceof HostDiedError) return settleDeath(claim, error, stage)
    if (error instanceof StorageNotConfiguredError && error.whole)
      return settleMisconfigured(claim, describe(error, stage))
    if (!(error instanceof AppError)) log.error({ err: error, ...taskNames(claim) }, 'a task failed unexpectedly')
    return settleFailure(claim, describe(error, stage), error)
  }

  return async (claim, error, signal, stage) => {
    try {
      await settle(claim, error, signal, stage)
    } catch (lost) {
      // the lease runs out and the task is done again, so nothing is lost but time
      if (!(lost instanceof LeaseLostError)) log.error({ err: lost, ...taskNames(claim) }, 'a task cannot be settled')
    }
  }
}

/** Whether a task whose work ended with this error will be done again, so that what it needs must stay. */
export function isToBeDoneAgain({ attempt }: Claim, error: unknown, signal: AbortSignal): boolean {
  if (error instanceof LeaseLostError) return true
  if (signal.aborted) return !(signal.reason instanceof RunCancelledError)
  if (error instanceof StorageUnavailableError && error.outage) return true
  if (error instanceof SourceUnavailableError && !error.asked) return true
  return describe(error, 'FETCH').retryable && attempt < maxAttempts
}

function statusOf(error: AppError): number | null {
  if (error instanceof SourceUnavailableError) return error.httpStatus
  return error instanceof D1UnavailableError || error instanceof D1RefusedError ? error.status : null
}

function describe(error: unknown, stage: TaskStage): TaskFailure {
  if (error instanceof AppError) {
    const httpStatus = statusOf(error)
    return { code: error.code, message: error.message, retryable: error.retryable, stage, httpStatus }
  }
  // a row that another process has made at the same moment is there the next time
  if (isDatabaseTrouble(error) || isUniqueViolation(error)) {
    return { code: 'INTERNAL_ERROR', message: 'The database did not answer as it should.', retryable: true, stage }
  }
  return { code: 'INTERNAL_ERROR', message: 'Something unexpected went wrong; see the log.', retryable: false, stage }
}
