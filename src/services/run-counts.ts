import type { Run } from '../generated/sqlite/client.ts'
import { batched } from './batched.ts'
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
const counters = new WeakMap<Db, (runId: string) => Promise<InWork | undefined>>()

/** With the counters of the row they add up to its total. */
export function openTasksOf(db: Db, run: Counted): Promise<OpenTasks> | OpenTasks {
  if (run.finishedAt) return none
  const counts = looks.get(run) ?? countOpen(db, run)
  looks.set(run, counts)
  return counts
}

async function countOpen(db: Db, run: Counted): Promise<OpenTasks> {
  const count = counters.get(db) ?? batched((runIds) => countInWork(db, runIds))
  counters.set(db, count)
  const inWork = (await count(run.id)) ?? none
  // the row was read a moment before, and what has begun since is no part of it
  const open = run.totalCount - run.processedCount
  const active = Math.min(inWork.active, open)
  const retrying = Math.min(inWork.retrying, open - active)
  return { active, retrying, waiting: open - active - retrying }
}

/** Those that wait may be ten thousand, and are what is left. */
async function countInWork(db: Db, runIds: readonly string[]): Promise<Map<string, InWork>> {
  const groups = await db.task.groupBy({
    by: ['runId', 'status'],
    where: { runId: { in: [...runIds] }, status: { in: ['RUNNING', 'RETRYING'] } },
    _count: true,
  })
  const counts = new Map<string, InWork>()
  for (const { runId, status, _count } of groups) {
    const known = counts.get(runId) ?? { active: 0, retrying: 0 }
    counts.set(runId, { ...known, [status === 'RUNNING' ? 'active' : 'retrying']: _count })
  }
  return counts
}
