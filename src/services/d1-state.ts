import type { Run } from '../generated/sqlite/client.ts'
import type { D1 } from './d1/d1.ts'
import { countDue } from './d1-outbox.ts'
import type { Db } from './db/open-db.ts'
import type { EdgeHealth } from './edge-health.ts'
import { firstScope, type RunScope } from './run-scope.ts'

export interface D1State {
  /** where the rows go, for people */
  place: string
  /** events that D1 lacks, or has as they were before */
  dueCount: number
  /** events that are not sent before a picture of theirs is stored */
  waitingForPicture: number
  lastSync: Run | null
  /** when a sync ended last in which everything worked; null when none of the last ones did */
  syncedAt: Date | null
  /** since when it has not taken what it was sent, as this process has found it */
  downSince: Date | null
}

/** How far D1 is in step with us. Asks only our own database: what D1 has is found out by a sync. */
export type ReadD1State = () => Promise<D1State>

interface Deps {
  db: Db
  d1: D1
  health: EdgeHealth
}

/** Where one is looked for in which everything worked. */
const lastRuns = 100

export function createD1State({ db, d1, health }: Deps): ReadD1State {
  return async () => {
    const [dueCount, waitingForPicture, runs] = await Promise.all([
      countDue(db),
      db.venueEvent.count({ where: { pictureKey: null, syncedRevision: 0 } }),
      db.run.findMany({ where: { kind: 'SYNC' }, orderBy: { id: 'desc' }, take: lastRuns }),
    ])
    const [lastSync = null] = runs
    const syncedAt = runs.find(hasSynced)?.finishedAt ?? null
    return { place: d1.place, dueCount, waitingForPicture, lastSync, syncedAt, downSince: health.downSince }
  }
}

function hasSynced({ status, failedCount, scope }: Run): boolean {
  const first = firstScope(scope as unknown as RunScope)
  return status === 'SUCCEEDED' && failedCount === 0 && first.kind === 'SYNC' && !first.dryRun
}
