import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Config } from './config.ts'
import type { Authentication } from './http/authentication.ts'
import { createOperationRoutes } from './http/operations.ts'
import type { Log } from './log.ts'
import { createGauges, type Levels } from './metrics/gauges.ts'
import type { Metrics } from './metrics/prometheus.ts'
import type { Bell } from './services/bell.ts'
import { countDue } from './services/d1-outbox.ts'
import type { Db } from './services/db/open-db.ts'
import { writeProbe } from './services/db/write-probe.ts'
import type { Dispatcher } from './services/dispatcher.ts'
import type { ImageHost } from './services/image-host.ts'
import { residentBytes } from './services/machine.ts'
import type { Queue } from './services/queue.ts'
import { createReadiness } from './services/readiness.ts'
import type { Stores } from './services/storage/open-stores.ts'
import { within } from './services/within.ts'

interface Parts {
  db: Db
  bell: Bell
  stores: Stores
  host: ImageHost
  dispatcher: Dispatcher
  queue: Queue
  metrics: Metrics
}

export interface Operations {
  routes: ReturnType<typeof createOperationRoutes>
  /** what asks whether the service is ready is told no from now on */
  stop(): void
}

/** A scrape waits no longer than this for what has to be looked up, ms. */
const lookUpMs = 2_000

/** What tells those who run the service how it does: /health, /ready, /metrics. A part of `createApp`. */
export function createOperations(
  parts: Parts,
  { work, dataDir }: Config,
  authentication: Authentication,
  log: Log,
): Operations {
  const { db, bell, stores, host, dispatcher, queue, metrics } = parts
  const readiness = createReadiness({
    probes: {
      database: () => writeProbe(db),
      storage: stores.probe,
      imageHost: async () => {
        if (!host.isReady()) throw new Error('There is no image host that can work.')
      },
    },
    log,
  })
  const setGauges = createGauges(metrics.registry, { megapixelsInFlight: work.megapixelsInFlight, version })

  async function readLevels(): Promise<Levels> {
    const [stats, d1DueRows, notReady, hostBytes, diskFreeBytes] = await Promise.all([
      orNull(queue.stats()),
      orNull(countDue(db)),
      readiness.missing(),
      orNull(residentBytes(host.pid)),
      orNull(statfs(dataDir).then(({ bavail, bsize }) => bavail * bsize)),
    ])
    return {
      queue: stats,
      d1DueRows,
      notReady,
      host: { ...host.load, residentBytes: hostBytes },
      tasksInWork: dispatcher.inWork,
      subscribers: bell.listenerCount,
      diskFreeBytes,
      s3Attempts: stores.attempts(),
    }
  }

  metrics.onRender(async () => setGauges(await readLevels()))
  return { routes: createOperationRoutes({ authentication, readiness, metrics }), stop: readiness.stop }
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** Null for what fails or takes too long: a scrape tells what it can. */
const orNull = <T>(found: Promise<T>): Promise<T | null> =>
  within<T | null>(
    lookUpMs,
    () => found.catch(() => null),
    () => null,
  )
