import DataLoader from 'dataloader'
import type { Run } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'

/** Of the tasks of a run that are not over, how many are where. */
export interface OpenTasks {
  waiting: number
  active: number
  retrying: number
}

type InWork = Omit<OpenTasks, 'waiting'>
type Counted = Pick<Run, 'id' | 'totalCount' | 'processedCount' | 'finishedAt'>

const none: OpenTasks = { waiting: 0, active: 0, retrying: 0 }

/** The same look at a run has the same counts, whichever of them is asked for, and by however many subscribers. */
const looks = new WeakMap<Counted, Promise<OpenTasks>>()
const counters = new WeakMap<Db, DataLoader<string, InWork>>()

/** With the counters of the row they add up to its total. */
export function openTasksOf(db: Db, run: Counted): Promise<OpenTasks> | OpenTasks {
  if (run.finishedAt) return none
  const counts = looks.get(run) ?? countOpen(db, run)
  looks.set(run, counts)
  return counts
}

async function countOpen(db: Db, run: Counted): Promise<OpenTasks> {
  const counter = counters.get(db) ?? createCounter(db)
  counters.set(db, counter)
  const inWork = await counter.load(run.id)
  // the row was read a moment before, and what has begun since is no part of it
  const open = run.totalCount - run.processedCount
  const active = Math.min(inWork.active, open)
  const retrying = Math.min(inWork.retrying, open - active)
  return { active, retrying, waiting: open - active - retrying }
}

/** Counts together for all runs that are asked for at once; the next time it counts anew. */
const createCounter = (db: Db) =>
  new DataLoader<string, InWork>((runIds) => countInWork(db, runIds), {
    cache: false,
    // a whole turn of the event loop, so that what several subscribers ask is one look
    batchScheduleFn: setImmediate,
  })

/** Those that wait may be ten thousand, and are what is left. */
async function countInWork(db: Db, runIds: readonly string[]): Promise<InWork[]> {
  const groups = await db.task.groupBy({
    by: ['runId', 'status'],
    where: { runId: { in: [...new Set(runIds)] }, status: { in: ['RUNNING', 'RETRYING'] } },
    _count: true,
  })
  const counts = new Map(groups.map(({ runId, status, _count }) => [`${runId} ${status}`, _count]))
  return runIds.map((id) => ({
    active: counts.get(`${id} RUNNING`) ?? 0,
    retrying: counts.get(`${id} RETRYING`) ?? 0,
  }))
}
