import type { Prisma, Run, RunEventType, Task } from '../generated/sqlite/client.ts'
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

const snapshotDates = ['startedAt', 'finishedAt', 'pausedAt'] as const

/** The run as it stood right after an event, so that every event's counters add up, replayed or live. Plain JSON. */
export type RunSnapshot = Pick<Run, (typeof snapshotFields)[number]> &
  Record<(typeof snapshotDates)[number], string | null>

function takeSnapshot(run: Run): RunSnapshot {
  const fields = snapshotFields.map((field) => [field, run[field]] as const)
  const dates = snapshotDates.map((field) => [field, run[field]?.toISOString() ?? null] as const)
  return Object.fromEntries([...fields, ...dates]) as unknown as RunSnapshot
}

/** A snapshot with its dates as dates again. */
export function reviveSnapshot(snapshot: RunSnapshot) {
  const date = (text: string | null) => (text === null ? null : new Date(text))
  const { startedAt, finishedAt, pausedAt } = snapshot
  return { ...snapshot, startedAt: date(startedAt), finishedAt: date(finishedAt), pausedAt: date(pausedAt) }
}

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

type TaskSubject = Pick<Task, 'id' | 'subject'>

/** What becomes of a task in more than one way: told by its worker, or found by others when that is gone. */
export const taskEvents = {
  requeued: ({ id, subject }: TaskSubject): NewRunEvent => ({
    type: 'TASK_REQUEUED',
    message: `${subject} waits again: its worker went away.`,
    taskId: id,
  }),
  cancelled: ({ id, subject }: TaskSubject): NewRunEvent => ({
    type: 'TASK_CANCELLED',
    message: `${subject} is cancelled.`,
    taskId: id,
  }),
}

export type EventRow = Prisma.RunEventUncheckedCreateInput

/** Events that a change of a run has numbered, the last ones that it has. */
export function eventRows(run: Run, events: readonly NewRunEvent[]): EventRow[] {
  const snapshot = takeSnapshot(run)
  return events.map(({ type, message, taskId = null, variantId = null }, index) => ({
    runId: run.id,
    seq: run.eventSeq - events.length + index + 1,
    type,
    payload: { run: { ...snapshot }, message, taskId, variantId },
  }))
}

export async function insertEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  // one by one: there are few, and Prisma compiles every createMany anew (measured: 2.5 times the CPU)
  for (const data of rows) await tx.runEvent.create({ data, select: { seq: true } })
}

/**
 * One change of a run for which `guard` holds, with its events, numbered by the same UPDATE, so that `seq` has no gaps
 * whoever else writes. Returns the run as changed, or null when the guard does not hold; then nothing is written.
 * `before` are events of a change just before, which are inserted with these.
 */
export async function changeRun(
  tx: Tx,
  runId: string,
  guard: Prisma.RunWhereInput,
  data: Prisma.RunUpdateManyMutationInput,
  events: readonly NewRunEvent[],
  before: readonly EventRow[] = [],
): Promise<Run | null> {
  const run = await updateRun(tx, runId, guard, data, events.length)
  if (run) await insertEvents(tx, [...before, ...eventRows(run, events)])
  return run
}

/** The same, whose events the caller inserts. */
export async function updateRun(
  tx: Tx,
  runId: string,
  guard: Prisma.RunWhereInput,
  data: Prisma.RunUpdateManyMutationInput,
  eventCount: number,
): Promise<Run | null> {
  const [run] = await tx.run.updateManyAndReturn({
    where: { ...guard, id: runId },
    data: { ...data, eventSeq: { increment: eventCount } },
  })
  return run ?? null
}
