import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { ArtistPictures } from './services/artist-pictures.ts'
import type { Bell } from './services/bell.ts'
import type { Db } from './services/db/open-db.ts'
import type { GarbageCollector } from './services/garbage.ts'
import { createPictureChore } from './services/picture-chore.ts'
import type { Runs } from './services/runs.ts'
import { createScrapeSchedule } from './services/scrape-schedule.ts'
import type { Scrapes } from './services/scrapes.ts'
import { createSyncChore } from './services/sync-chore.ts'
import type { Uploads } from './services/uploads.ts'
import { sweepPages } from './services/venue-pages.ts'
import { createWorkLoop } from './services/work-loop.ts'

interface Parts {
  db: Db
  bell: Bell
  garbage: GarbageCollector
  uploads: Uploads
  runs: Runs
  scrapes: Scrapes
  artistPictures: ArtistPictures
  sweepTemp: () => Promise<void>
}

export interface Chores extends AsyncDisposable {
  /** looks at everything once; then each by its own clock */
  wake(): void
}

const hourMs = 3_600_000

/** What happens by itself, beside the tasks of runs. A part of `createApp`. */
export function createChores(parts: Parts, { d1, scrape }: Config, log: Log): Chores {
  const { db, bell, garbage, uploads, runs, scrapes, artistPictures, sweepTemp } = parts
  const resources = new AsyncDisposableStack()
  const stop = new AbortController()

  const every = (lookAgainMs: number, what: string, step: () => Promise<boolean>) => {
    const onError = (error: unknown) => log.error({ err: error }, `cannot ${what}`)
    return resources.use(createWorkLoop({ step, lookAgainMs, onError }))
  }
  const loops = [
    every(hourMs, 'collect garbage', async () => {
      const { sets, images, events } = await garbage.collect()
      return sets + images + events > 0
    }),
    every(hourMs, 'remove temporary files', () => sweepTemp().then(() => false)),
    every(hourMs, 'remove uploads that are over', uploads.sweep),
    every(hourMs, 'remove pages that were never read', () => sweepPages(db).then(() => false)),
    every(hourMs, 'delete pictures that are not shown', async () => (await artistPictures.collect()) > 0),
    every(2_000, 'show pictures', createPictureChore({ db, pictures: artistPictures, log, signal: stop.signal })),
  ]
  if (d1.autoSync) {
    const sync = every(15_000, 'bring D1 up to date', createSyncChore({ db, sync: runs.sync }))
    resources.defer(bell.listen('outbox', null, sync.wake))
    loops.push(sync)
  }
  if (scrape.schedule) {
    const schedule = { db, scrapes, log, schedule: scrape.schedule }
    loops.push(every(5_000, 'begin a scheduled scrape', createScrapeSchedule(schedule)))
  }
  // first of all at the end, so that a step in work is not waited for
  resources.defer(() => stop.abort())
  return {
    wake() {
      for (const loop of loops) loop.wake()
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
