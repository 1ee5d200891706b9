import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { ArtistPictures } from './services/artist-pictures.ts'
import type { Bell } from './services/bell.ts'
import { createCancellations, giveUpRun } from './services/cancellations.ts'
import type { Claims } from './services/claims.ts'
import type { D1 } from './services/d1/d1.ts'
import type { Db } from './services/db/open-db.ts'
import type { Dialect } from './services/db/sql.ts'
import { createDispatcher, type Dispatcher, type Hints, type OnHint } from './services/dispatcher.ts'
import { createFindOrphans } from './services/find-orphans.ts'
import type { ImageHost } from './services/image-host.ts'
import { createImportSource } from './services/import-source.ts'
import type { Intake } from './services/intake.ts'
import type { Observe } from './services/observations.ts'
import { observeTasks } from './services/observed-tasks.ts'
import { createOrphans } from './services/orphans.ts'
import { createProcessImage } from './services/process-image.ts'
import type { PublicUrls } from './services/public-urls.ts'
import { createReadVenuePage } from './services/read-venue-page.ts'
import { createRunPlanner } from './services/run-planner.ts'
import { createSettleTask } from './services/settle-task.ts'
import { createShowImage } from './services/show-image.ts'
import type { Sources } from './services/sources/open-sources.ts'
import type { Stores } from './services/storage/open-stores.ts'
import { createOutageLog } from './services/storage/outage-log.ts'
import { createStorageCheck } from './services/storage-check.ts'
import { createSyncD1 } from './services/sync-d1.ts'
import { createTakeIn } from './services/take-in.ts'
import { createTakeVenuePicture } from './services/take-venue-picture.ts'
import { createTasks } from './services/tasks.ts'
import type { VenueHosts } from './services/venue-hosts.ts'
import { createWorkOnTask } from './services/work-on-task.ts'

interface Parts {
  db: Db
  dialect: Dialect
  bell: Bell
  stores: Stores
  sources: Sources
  hosts: VenueHosts
  host: ImageHost
  d1: D1
  urls: PublicUrls
  claims: Claims
  intake: Intake
  artistPictures: ArtistPictures
  observe: Observe
  /** null in a process that works alone */
  openHints: ((onHint: OnHint) => Hints) | null
}

const hourMs = 3_600_000
/** What nothing names may be about to be recorded: many large files that are taken in at once, say. ms */
const orphanAgeMs = 24 * hourMs

/** What works on tasks: a job for each kind of them, and the dispatcher that hands them out. A part of `createApp`. */
export function createEngine(parts: Parts, { work, limits, defaultRecipes }: Config, log: Log): Dispatcher {
  const { db, dialect, bell, stores, sources, hosts, host, d1, urls, claims, intake, artistPictures } = parts
  const { observe, openHints } = parts
  const tasks = observeTasks(createTasks({ db, bell, leaseMs: work.leaseMs }), observe, log)
  const { client } = sources
  const fetching = { client, originals: stores.originals, maxBytes: limits.maxBytes }
  const takeIn = createTakeIn({ db, bell, tasks, intake, sources: fetching })
  const workOnTask = createWorkOnTask({
    jobs: {
      image: createProcessImage({
        tasks,
        host,
        stores,
        check: createStorageCheck({ db, stores }),
        show: createShowImage({ db, tasks, pictures: artistPictures }),
        settings: { defaultRecipes, maxPixels: limits.maxPixels },
      }),
      source: createImportSource({ takeIn }),
      orphans: createFindOrphans({ tasks, orphans: createOrphans({ db, stores, minAgeMs: orphanAgeMs }) }),
      page: createReadVenuePage({ db, tasks, client, hosts }),
      picture: createTakeVenuePicture({ db, tasks, takeIn, hosts, log }),
      sync: createSyncD1({ db, tasks, d1, urls }),
    },
    settle: createSettleTask({
      tasks,
      storage: stores,
      giveUp: (runId, error) => giveUpRun(db, dialect, runId, error),
      retryBaseMs: work.retryBaseMs,
      log,
    }),
    observe,
  })
  const planner = createRunPlanner({ db, dialect, bell })
  const cancellations = createCancellations({ db, dialect, bell })
  return createDispatcher({
    claims,
    work: workOnTask,
    openHints,
    chores: {
      plan: { step: planner.planChunk, everyMs: 1_000 },
      cancel: { step: async () => (await cancellations.cancelChunks()) > 0, everyMs: 250 },
      'reap leases': { step: async () => (await claims.reap()) > 0, everyMs: 5_000 },
    },
    settings: {
      concurrency: work.concurrency,
      leaseMs: work.leaseMs,
      log,
      ready: createOutageLog(stores, log),
    },
  })
}
