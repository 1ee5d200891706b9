import type { Run } from '../generated/sqlite/client.ts'
import type { Backlog } from './backlog.ts'
import type { Completions } from './complete-uploads.ts'
import type { Images } from './images.ts'
import { lanes } from './lanes.ts'
import type { Runs } from './runs.ts'
import type { Scrapes } from './scrapes.ts'
import type { Uploads } from './uploads.ts'

interface Services {
  images: Images
  uploads: Uploads
  completions: Completions
  runs: Runs
  scrapes: Scrapes
}

/**
 * The same services for those who ask from outside: where they would add tasks, they throw QueueFullError when as many
 * wait as may, before anything is read or stored. What the service begins by itself is not held up.
 */
export function boundByBacklog({ images, uploads, completions, runs, scrapes }: Services, backlog: Backlog): Services {
  const admitted =
    (lane: number) =>
    <A extends unknown[]>(start: (...args: A) => Promise<Run>, countOf: (...args: A) => number = () => 1) =>
    (...args: A) =>
      backlog.admit(
        lane,
        countOf(...args),
        () => start(...args),
        (run) => run,
      )
  const inBackground = admitted(lanes.background)
  return {
    images: {
      ...images,
      upload: (input, by) =>
        backlog.admit(
          lanes.interactive,
          1,
          () => images.upload(input, by),
          ({ run }) => run,
        ),
    },
    uploads: {
      ...uploads,
      async announce(files) {
        await backlog.check(lanes.interactive)
        return uploads.announce(files)
      },
    },
    completions: { complete: admitted(lanes.interactive)(completions.complete, (ids) => ids.length) },
    runs: {
      ...runs,
      importUrls: inBackground(runs.importUrls, ({ urls }) => urls.length),
      reconcile: inBackground(runs.reconcile),
      reprocess: inBackground(runs.reprocess, (_scope, ids) => Math.max(1, ids.length)),
      retry: inBackground(runs.retry),
      sync: inBackground(runs.sync),
    },
    scrapes: { start: inBackground(scrapes.start, ({ pages }) => Math.max(1, pages.length)) },
  }
}
