import type { ErrorCode } from '../errors.ts'
import type { Task, TaskAttempt, TaskStage, TaskStatus } from '../generated/sqlite/client.ts'
import type { Tx } from './db/open-db.ts'
import type { Durations } from './stage-clock.ts'

export const attemptOutcomes = ['RUNNING', 'SUCCEEDED', 'SKIPPED', 'RETRYING', 'FAILED', 'CANCELLED'] as const

export interface Attempt {
  number: number
  startedAt: Date
  finishedAt: Date | null
  outcome: (typeof attemptOutcomes)[number]
  errorCode: ErrorCode | null
  errorMessage: string | null
  errorStage: TaskStage | null
  durations: Durations
}

/** Keeps the attempt that a task, which waits for its next one now, has just made. */
export async function keepAttempt(tx: Tx, task: Task, durations: Durations): Promise<void> {
  const { id: taskId, attempt: number, errorCode, errorMessage, errorStage, startedAt } = task
  if (errorCode === null || errorMessage === null || errorStage === null || startedAt === null) {
    throw new Error(`Task ${taskId} waits for another attempt, and nothing has failed.`)
  }
  const facts = { errorCode, errorMessage, errorStage, durations, startedAt, finishedAt: new Date() }
  await tx.taskAttempt.create({ data: { taskId, number, ...facts }, select: { number: true } })
}

/** Oldest first: those that were kept, then the one that the row of the task tells of. */
export function attemptsOf(task: Task & { attempts: TaskAttempt[] }): Attempt[] {
  const kept = task.attempts.map(
    ({ errorCode, durations, ...attempt }): Attempt => ({
      ...attempt,
      outcome: 'RETRYING',
      errorCode: errorCode as ErrorCode,
      durations: durations as Durations,
    }),
  )
  const last = lastAttempt(task)
  return last && kept.every(({ number }) => number !== last.number) ? [...kept, last] : kept
}

/** Null while the row tells of none: it waits, be it for the first time, after a failure or because its worker went away. */
function lastAttempt(task: Task): Attempt | null {
  const { attempt: number, startedAt, finishedAt, errorMessage, errorStage } = task
  const outcome = attemptOutcomes.find((each) => each === (task.status satisfies TaskStatus))
  if (number === 0 || !startedAt || !outcome || outcome === 'RETRYING') return null
  const error = { errorCode: task.errorCode as ErrorCode | null, errorMessage, errorStage }
  return {
    number,
    startedAt,
    finishedAt,
    outcome,
    // what an attempt before it has failed of stays in the row
    ...(outcome === 'FAILED' ? error : { errorCode: null, errorMessage: null, errorStage: null }),
    durations: (task.durations ?? {}) as Durations,
  }
}
