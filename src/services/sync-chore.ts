import { RunAlreadyActiveError } from '../errors.ts'
import { itself } from './asker.ts'
import { countDue } from './d1-outbox.ts'
import type { Db } from './db/open-db.ts'
import { unfinished } from './run-states.ts'
import type { Runs } from './runs.ts'

/** After a sync in which something failed, or that somebody cancelled, D1 is left alone for so long, ms. */
const restMs = 5 * 60_000

/**
 * Starts a run that brings to D1 what has changed, unless pages are being read, whose pictures are all sent together.
 * Resolves to false: what it has started takes its time.
 */
export function createSyncChore({ db, sync }: { db: Db; sync: Runs['sync'] }) {
  async function mayStart(): Promise<boolean> {
    // one that is paused may stay so for days
    const atWork = await db.run.count({ where: { ...unfinished, pausedAt: null, kind: { in: ['SCRAPE', 'SYNC'] } } })
    if (atWork > 0 || (await countDue(db)) === 0) return false
    const last = await db.run.findFirst({ where: { kind: 'SYNC' }, orderBy: { id: 'desc' } })
    const wentWell = !last || (last.status === 'SUCCEEDED' && last.failedCount === 0)
    return wentWell || Date.now() - (last.finishedAt?.getTime() ?? 0) > restMs
  }

  return async (): Promise<boolean> => {
    if (!(await mayStart())) return false
    await sync({ kind: 'SYNC', recipes: null, which: 'DUE', dryRun: false }, itself).catch((error: unknown) => {
      // somebody was faster
      if (!(error instanceof RunAlreadyActiveError)) throw error
    })
    return false
  }
}
