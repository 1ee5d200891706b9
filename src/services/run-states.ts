import type { Prisma, Run, RunKind, RunStatus } from '../generated/sqlite/client.ts'
import { foldForSearch } from '../venues/artist-slug.ts'
import type { Asker } from './asker.ts'
import type { Tx } from './db/open-db.ts'
import { changeRun, type EventRow, eventRows, insertEvents, type NewRunEvent, updateRun } from './run-events.ts'
import { commonError, outcomeMessages, outcomeOf } from './run-outcome.ts'
import type { RunScope } from './run-scope.ts'

// The state machine of a run. Every change of Run.status is here, each one guarded UPDATE.
//
//   QUEUED     -> RUNNING              its first task is claimed
//   QUEUED     -> SUCCEEDED            it is planned, and there is nothing to do
//   RUNNING    -> SUCCEEDED | FAILED   it is planned, and every task is over
//   QUEUED | RUNNING -> CANCELLING     somebody asked, or it cannot be planned; nothing more is planned or claimed
//   CANCELLING -> CANCELLED | FAILED   every task is over; FAILED when it is the engine that gave up
//
// Being paused is no state: `pausedAt` only keeps claims away.

const inStates = (...states: RunStatus[]) => ({ status: { in: states } })

/** Tasks may be planned and claimed. */
export const active = inStates('QUEUED', 'RUNNING')
export const unfinished = inStates('QUEUED', 'RUNNING', 'CANCELLING')

export interface NewRun {
  kind: RunKind
  /** 0 interactive, 1 background */
  lane: number
  scope: RunScope
  activeKey?: string | null
  parentRunId?: string
  by: Asker
}

const queued: NewRunEvent = { type: 'QUEUED', message: 'The run is queued.' }
const started: NewRunEvent = { type: 'STARTED', message: 'The run has started.' }

/** One that is planned later. */
export function createRun(tx: Tx, run: NewRun): Promise<Run> {
  return insertRun(tx, run, { eventSeq: 1 }, [queued])
}

/** One that is planned with its first tasks; unless it `grows`, these are all. */
export async function createPlannedRun(
  tx: Tx,
  newRun: NewRun,
  tasks: readonly NewTask[],
  { grows }: { grows: boolean },
): Promise<Run> {
  const counts = { totalCount: tasks.length, plannedWork: workOf(tasks) }
  const planned = { type: 'PLANNED' as const, message: describePlan(tasks.length) }
  const run = grows
    ? await insertRun(tx, newRun, { ...counts, eventSeq: 1 }, [queued])
    : await insertRun(tx, newRun, { ...counts, plannedAt: new Date(), eventSeq: 2 }, [queued, planned])
  await insertTasks(tx, run, tasks, 1)
  return finishIfOver(tx, run, [])
}

async function insertRun(
  tx: Tx,
  { scope, by, ...run }: NewRun,
  facts: Partial<Prisma.RunUncheckedCreateInput>,
  events: readonly NewRunEvent[],
): Promise<Run> {
  const asked = { startedBy: by.name, requestId: by.requestId, scope: scope as unknown as Prisma.InputJsonObject }
  const created = await tx.run.create({ data: { ...run, ...facts, ...asked } })
  await insertEvents(tx, eventRows(created, events))
  return created
}

const workOf = (tasks: readonly NewTask[]) => tasks.reduce((sum, task) => sum + task.plannedWork, 0)

/** Another process has planned this chunk already, or the run is not to be planned any more. */
export class NotToBePlannedError extends Error {
  override readonly name = 'NotToBePlannedError'
}

interface Plan {
  tasks: number
  /** megapixels */
  work: number
  /** where the next chunk begins */
  cursor: string | null
  /** this was the last chunk */
  done: boolean
}

/** Adds planned tasks to the totals of a run as it was before; throws NotToBePlannedError. */
export async function addToPlan(tx: Tx, before: Run, { tasks, work, cursor, done }: Plan): Promise<Run> {
  const counts = { totalCount: { increment: tasks }, plannedWork: { increment: work }, planCursor: cursor }
  const asBefore = { ...active, planCursor: before.planCursor, totalCount: before.totalCount, plannedAt: null }
  const run = await changeRun(tx, before.id, asBefore, counts, [])
  if (!run) throw new NotToBePlannedError(`Run ${before.id} is not to be planned from there.`)
  if (!done) return run
  const planned = { type: 'PLANNED' as const, message: describePlan(run.totalCount) }
  return finishIfOver(tx, await mustChange(tx, run.id, active, { plannedAt: new Date() }, [planned]), [])
}

export interface NewTask {
  imageId: string | null
  subject: string
  /** its share of the run's progress: megapixels, where they are known */
  plannedWork: number
}

/** Adds tasks to a run whose plan is still open, while one of its tasks is in work; false when it is not any more. */
export async function growPlan(tx: Tx, runId: string, tasks: readonly NewTask[]): Promise<boolean> {
  const counts = { totalCount: { increment: tasks.length }, plannedWork: { increment: workOf(tasks) } }
  const run = await changeRun(tx, runId, { ...active, plannedAt: null }, counts, [])
  if (!run) return false
  const first = run.totalCount - tasks.length + 1
  await insertTasks(tx, run, tasks, first)
  return true
}

/** The first is at this position in the run. */
async function insertTasks(tx: Tx, run: Run, tasks: readonly NewTask[], first: number): Promise<void> {
  const { id: runId, lane } = run
  const rows = tasks.map((task, index) => {
    return { ...task, searchKey: foldForSearch(task.subject), runId, lane, position: first + index }
  })
  const [only] = rows
  // Prisma keeps the plan of this one, and compiles every createMany anew
  if (only && rows.length === 1) await tx.task.create({ data: only, select: { id: true } })
  else if (rows.length > 1) await tx.task.createMany({ data: rows })
}

function describePlan(tasks: number): string {
  if (tasks === 0) return 'There is nothing to do.'
  return tasks === 1 ? 'There is 1 task.' : `There are ${tasks} tasks.`
}

/** A task was claimed, of a run that is locked in this state. */
export async function startTask(tx: Tx, { id, status }: Pick<Run, 'id' | 'status'>, event: NewRunEvent): Promise<void> {
  const first = { status: 'RUNNING' as const, startedAt: new Date() }
  if (status === 'QUEUED') await mustChange(tx, id, inStates('QUEUED'), first, [started, event])
  else await mustChange(tx, id, inStates('RUNNING'), {}, [event])
}

type Ended = 'succeededCount' | 'skippedCount' | 'failedCount' | 'cancelledCount'

/** What came of its tasks: work, tasks that ended, an issue, or only events. Ends the run when that was the last. */
export async function advance(
  tx: Tx,
  runId: string,
  { work = 0, ended, issue = false }: { work?: number; ended?: { as: Ended; count: number }; issue?: boolean },
  events: readonly NewRunEvent[],
): Promise<Run> {
  const counts = ended && { processedCount: { increment: ended.count }, [ended.as]: { increment: ended.count } }
  const data = { doneWork: { increment: work }, ...counts, ...(issue && { hasIssues: true }) }
  const run = await updateRun(tx, runId, unfinished, data, events.length)
  if (!run) throw new WrongStateError(runId)
  const told = eventRows(run, events)
  if (ended) return finishIfOver(tx, run, told)
  await insertEvents(tx, told)
  return run
}

/** `told` are events that are not inserted yet. */
async function finishIfOver(tx: Tx, run: Run, told: EventRow[]): Promise<Run> {
  if (!run.plannedAt || run.processedCount < run.totalCount) {
    await insertEvents(tx, told)
    return run
  }
  if (run.status === 'CANCELLING') return finishCancelled(tx, run, told)
  const outcome = outcomeOf(run)
  const status = outcome === 'ALL_FAILED' ? ('FAILED' as const) : ('SUCCEEDED' as const)
  const lastError = outcome === 'ALL_FAILED' ? await commonError(tx, run) : null
  const data = { status, outcome, lastError, doneWork: run.plannedWork, ...over() } as const
  const events = [{ type: status, message: lastError ?? outcomeMessages[outcome] }]
  return mustChange(tx, run.id, active, data, events, told)
}

function finishCancelled(tx: Tx, run: Run, told: EventRow[]): Promise<Run> {
  const { lastError, processedCount, cancelledCount } = run
  const status = lastError ? 'FAILED' : 'CANCELLED'
  const message =
    lastError ??
    `The run was cancelled; ${processedCount - cancelledCount} of ${processedCount} tasks were over before.`
  return mustChange(tx, run.id, inStates('CANCELLING'), { status, ...over() }, [{ type: status, message }], told)
}

const over = () => ({ activeKey: null, finishedAt: new Date() })

/**
 * Null when it is already being cancelled or is over. What is not planned yet will not be. With an `error` it is the
 * engine that gives up, and the run ends FAILED.
 */
export function startCancelling(
  tx: Tx,
  runId: string,
  { reason = null, error = null, by }: { reason?: string | null; error?: string | null; by: Asker },
): Promise<Run | null> {
  const now = new Date()
  const stop = { status: 'CANCELLING', cancellingAt: now, plannedAt: now, ...goingOn } as const
  const why = error ?? reason
  const message = `The run is being cancelled${why ? `: ${why}` : '.'}`
  const data = { ...stop, cancelReason: reason, cancelledBy: by.name, lastError: error }
  return changeRun(tx, runId, active, data, [{ type: 'CANCELLING', message }])
}

const goingOn = { pausedAt: null, pausedBy: null } as const

/** Null when it is paused already, or is not active. */
export function pause(tx: Tx, runId: string, by: Asker): Promise<Run | null> {
  const message = 'The run is paused; tasks in work are finished.'
  const paused = { pausedAt: new Date(), pausedBy: by.name }
  return changeRun(tx, runId, { ...active, pausedAt: null }, paused, [{ type: 'PAUSED', message }])
}

/** Null when it is not paused. */
export function resume(tx: Tx, runId: string): Promise<Run | null> {
  const message = 'The run goes on.'
  return changeRun(tx, runId, { ...active, pausedAt: { not: null } }, goingOn, [{ type: 'RESUMED', message }])
}

async function mustChange(...change: Parameters<typeof changeRun>): Promise<Run> {
  const run = await changeRun(...change)
  if (!run) throw new WrongStateError(change[1])
  return run
}

/** Who changes a run holds a task or the row of it, so only a fault of ours leads here; the transaction is taken back. */
class WrongStateError extends Error {
  override readonly name = 'WrongStateError'
  constructor(runId: string) {
    super(`Run ${runId} is not in a state that allows this.`)
  }
}
