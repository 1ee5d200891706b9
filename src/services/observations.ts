import { AppError, type ErrorCode } from '../errors.ts'
import type { RunKind, TaskStage } from '../generated/sqlite/client.ts'

/** How a step ended: `stopped` when it was told to, which says nothing about the step. */
export type Outcome = 'ok' | 'failed' | 'stopped'

/** How a call to something outside ended: `unavailable` may pass, `refused` has to be mended. */
export type CallResult = Outcome | 'unavailable' | 'refused'

/** What became of an attempt at a task; only the first four are final. */
export type TaskOutcome = 'succeeded' | 'skipped' | 'failed' | 'cancelled' | 'retried' | 'parked' | 'requeued'

/** What is measured, each with what tells its kinds apart: few values, and never an id or what somebody has sent. */
export interface Observations {
  /** a step of a task; recipe and format where it is about one variant, else empty */
  stage: { stage: TaskStage; recipe: string; format: string; outcome: Outcome }
  /** work of the image host for one image, without the wait for a free thread */
  unit: { work: 'decode' | 'encode'; format: string; outcome: Outcome }
  /** the work on a task, from its claim to its end */
  work: { kind: RunKind }
  /** how that ended; the code of what failed, else empty */
  task: { kind: RunKind; outcome: TaskOutcome; code: ErrorCode | '' }
  /** a call to the storage, its retries included */
  storage: { store: StoreName; operation: 'put' | 'head' | 'get' | 'delete'; result: CallResult }
  d1: { operation: 'upsert' | 'read' | 'check'; result: CallResult }
  /** the image host was started anew */
  restart: { reason: 'died' | 'late' | 'memory' | 'not started' }
  request: { route: string; status: string }
  /** an error that nobody foresaw, hidden from who asked */
  masked: Record<never, string>
}

/** `shared` where variants and originals lie in one store. */
export type StoreName = 'variants' | 'originals' | 'shared'

/** Tells of something that was done, and how long it took; a few additions in memory, so that it may be called anywhere. */
export type Observe = <K extends keyof Observations>(what: K, labels: Observations[K], seconds?: number) => void

export const observeNothing: Observe = () => {}

/** Runs a step, then tells how it ended (the error, or null) and what it took, seconds. */
export async function timed<T>(step: () => Promise<T>, tell: (error: unknown, seconds: number) => void): Promise<T> {
  const since = performance.now()
  const seconds = () => (performance.now() - since) / 1_000
  try {
    const value = await step()
    tell(null, seconds())
    return value
  } catch (error) {
    tell(error, seconds())
    throw error
  }
}

/** Errors that tell of no fault: who waited was told to stop. By name, since they come from everywhere. */
const stops = new Set(['AbortError', 'RunCancelledError', 'LeaseLostError', 'SiblingFailedError'])

export function outcomeOf(error: unknown): Outcome {
  if (error === null) return 'ok'
  return error instanceof Error && stops.has(error.name) ? 'stopped' : 'failed'
}

const results: { readonly [code in ErrorCode]?: CallResult } = {
  STORAGE_UNAVAILABLE: 'unavailable',
  STORAGE_NOT_CONFIGURED: 'refused',
  D1_UNAVAILABLE: 'unavailable',
  D1_REFUSED: 'refused',
}

export function resultOf(error: unknown): CallResult {
  return (error instanceof AppError ? results[error.code] : undefined) ?? outcomeOf(error)
}
