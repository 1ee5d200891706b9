import type { Run } from '../generated/sqlite/client.ts'
import { itself } from './asker.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { Dialect } from './db/sql.ts'
import { taskEvents } from './run-events.ts'
import { advance, startCancelling } from './run-states.ts'
import { cancelRunning, cancelWaiting } from './task-states.ts'

/** How long workers may take to stop by themselves before their tasks are taken from them, ms. */
const graceMs = 1_000

/**
 * Cancels tasks of a run that is CANCELLING: waiting ones, those whose worker is gone, and after a second those still in
 * work. The run is over with the last of them. Returns how many.
 */
export async function cancelTasks(tx: Tx, dialect: Dialect, run: Run): Promise<number> {
  const now = new Date()
  const graceIsOver = now.getTime() >= (run.cancellingAt?.getTime() ?? 0) + graceMs
  const waiting = await cancelWaiting(tx, dialect, run.id)
  const taken = await cancelRunning(tx, run.id, graceIsOver ? null : now)
  const count = waiting + taken.length
  await advance(tx, run.id, { ended: { as: 'cancelledCount', count } }, taken.map(taskEvents.cancelled))
  return count
}

/** Ends a run that cannot go on as FAILED, with why in its `lastError`; what nobody works on is cancelled at once. */
export async function giveUpRun(db: Db, dialect: Dialect, runId: string, error: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const stopped = await startCancelling(tx, runId, { error, by: itself })
    if (stopped) await cancelTasks(tx, dialect, stopped)
  })
}

/** Finishes what was asked to be cancelled, whoever was asked and whatever became of that process. */
export function createCancellations({ db, dialect, bell }: { db: Db; dialect: Dialect; bell: Bell }) {
  return {
    /** a chunk of each run that is being cancelled; returns how many tasks it cancelled */
    async cancelChunks(): Promise<number> {
      let cancelled = 0
      for (const { id } of await db.run.findMany({ where: { status: 'CANCELLING' }, select: { id: true } })) {
        cancelled += await db.$transaction(async (tx) => {
          // its workers may have ended it meanwhile, and must not while this goes on: a change holds the row
          const [run] = await tx.run.updateManyAndReturn({
            where: { id, status: 'CANCELLING' },
            data: { servedAt: new Date() },
          })
          return run ? cancelTasks(tx, dialect, run) : 0
        })
        bell.ring('run', id)
      }
      return cancelled
    },
  }
}
