import type { Viewer } from '../auth/viewer.ts'
import type { ArtistPictures } from '../services/artist-pictures.ts'
import type { Artists } from '../services/artists.ts'
import type { Asker } from '../services/asker.ts'
import type { Bell } from '../services/bell.ts'
import type { Completions } from '../services/complete-uploads.ts'
import type { ReadD1State } from '../services/d1-state.ts'
import type { Db } from '../services/db/open-db.ts'
import type { FocalPoints } from '../services/focal-points.ts'
import type { GarbageCollector } from '../services/garbage.ts'
import type { Limits } from '../services/image-header.ts'
import type { Images } from '../services/images.ts'
import type { Pins } from '../services/pins.ts'
import type { PublicUrls } from '../services/public-urls.ts'
import type { Queue } from '../services/queue.ts'
import type { RunPreviews } from '../services/run-preview.ts'
import type { Runs } from '../services/runs.ts'
import type { Scrapes } from '../services/scrapes.ts'
import type { Uploads } from '../services/uploads.ts'

/** What resolvers work with: queries read `db`, mutations make one call of a service. */
export interface Services {
  db: Db
  bell: Bell
  artists: Artists
  images: Images
  uploads: Uploads
  completions: Completions
  runs: Runs
  scrapes: Scrapes
  pins: Pins
  focalPoints: FocalPoints
  artistPictures: ArtistPictures
  d1State: ReadD1State
  previews: RunPreviews
  queue: Queue
  garbage: GarbageCollector
  urls: PublicUrls
  limits: Limits
}

export interface Context extends Services {
  /** who asks, and what they may; services know nothing of it */
  viewer: Viewer
  /** the same for those who will look at a run later */
  asker: Asker
}
