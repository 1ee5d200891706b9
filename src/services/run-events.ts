import type { Prisma, Run, RunEventType } from '../generated/sqlite/client.ts'
import type { Tx } from './db/open-db.ts'

const snapshotFields = [
  'status',
  'outcome',
  'totalCount',
  'processedCount',
  'succeededCount',
  'skippedCount',
  'failedCount',
  'cancelledCount',
  'plannedWork',
  'doneWork',
] as const

/** The run as it stood right after an event, so that every event's counters add up, replayed or live. */
export type RunSnapshot = Pick<Run, (typeof snapshotFields)[number]>

export interface RunEventPayload {
  run: RunSnapshot
  message: string
  taskId: string | null
  variantId: string | null
}

export interface NewRunEvent {
  type: RunEventType
  message: string
  taskId?: string
  variantId?: string
}

/**
 * Changes a run's counters and writes events, numbered by the same UPDATE, so that `seq` has no gaps whoever else
 * writes. Returns the run as changed.
 */
export async function recordRun(
  tx: Tx,
  runId: string,
  changes: Prisma.RunUpdateInput,
  events: readonly NewRunEvent[],
): Promise<Run> {
  const run = await tx.run.update({
    where: { id: runId },
    data: { ...changes, eventSeq: { increment: events.length } },
  })
  const snapshot = Object.fromEntries(snapshotFields.map((field) => [field, run[field]]))
  await tx.runEvent.createMany({
    data: events.map(({ type, message, taskId = null, variantId = null }, index) => ({
      runId,
      seq: run.eventSeq - events.length + index + 1,
      type,
      payload: { run: snapshot, message, taskId, variantId },
    })),
  })
  return run
}
