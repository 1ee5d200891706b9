import { statfs } from 'node:fs/promises'
import type { Process } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import { countDue } from './d1-outbox.ts'
import type { Db } from './db/open-db.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { WatchedEdges } from './edge-health.ts'
import type { ImageHost } from './image-host.ts'
import { residentBytes } from './machine.ts'
import type { StoreName } from './observations.ts'
import type { Processes } from './processes.ts'
import type { Queue, QueueStats } from './queue.ts'
import type { Part, Readiness } from './readiness.ts'
import type { Stores } from './storage/open-stores.ts'
import { within } from './within.ts'

/** How the service does at a moment; null is what could not be found out. */
export interface Levels {
  queue: QueueStats | null
  processes: Process[] | null
  d1DueRows: number | null
  notReady: readonly (Part | 'service')[]
  host: ImageHost['load'] & { residentBytes: number | null }
  tasksInWork: number
  subscribers: number
  diskFreeBytes: number | null
  s3Attempts: readonly { store: StoreName; operation: string; result: string; count: number }[]
  lastSuccessAt: { storage: Date | null; d1: Date | null }
}

export interface LevelSources {
  db: Db
  bell: Bell
  stores: Stores
  host: ImageHost
  dispatcher: Dispatcher
  queue: Queue
  processes: Pick<Processes, 'list'>
  edges: WatchedEdges
}

/** Nobody waits longer than this for what has to be looked up, ms. */
const lookUpMs = 2_000

/** What is told at /metrics and as the system, from one source. */
export function createLevels(sources: LevelSources, readiness: Readiness, dataDir: string): () => Promise<Levels> {
  const { db, bell, stores, host, dispatcher, queue, processes, edges } = sources
  return async () => {
    const [stats, others, d1DueRows, notReady, hostBytes, diskFreeBytes] = await Promise.all([
      orNull(queue.stats()),
      orNull(processes.list()),
      orNull(countDue(db)),
      readiness.missing(),
      orNull(residentBytes(host.pid)),
      orNull(statfs(dataDir).then(({ bavail, bsize }) => bavail * bsize)),
    ])
    return {
      queue: stats,
      processes: others,
      d1DueRows,
      notReady,
      host: { ...host.load, residentBytes: hostBytes },
      tasksInWork: dispatcher.inWork,
      subscribers: bell.listenerCount,
      diskFreeBytes,
      s3Attempts: stores.attempts(),
      lastSuccessAt: { storage: edges.storage.lastSuccessAt, d1: edges.d1.lastSuccessAt },
    }
  }
}

/** Null for what fails or takes too long: what can be told is told. */
const orNull = <T>(found: Promise<T>): Promise<T | null> =>
  within<T | null>(
    lookUpMs,
    () => found.catch(() => null),
    () => null,
  )
