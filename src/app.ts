import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { createChores } from './app-chores.ts'
import { createCore } from './app-core.ts'
import { createOperations } from './app-operations.ts'
import { addressesOf, type Config } from './config.ts'
import { createDashboard } from './http/dashboard.ts'
import { urlOf } from './http/listen.ts'
import { createMedia } from './http/media.ts'
import { createOlderUploadRoutes } from './http/older-upload-routes.ts'
import { createRateLimits } from './http/rate-limits.ts'
import { createUploadRoute } from './http/uploads.ts'
import { createWhoMay, openTokens } from './http/who-may.ts'
import { createGraphQL, type GraphQLServer } from './http/yoga.ts'
import { createHttp } from './http.ts'
import { createLog, type Log } from './log.ts'
import type { Services } from './schema/context.ts'
import { schema } from './schema/index.ts'
import type { ArtistPictures } from './services/artist-pictures.ts'
import { createArtists } from './services/artists.ts'
import { createBacklog } from './services/backlog.ts'
import type { Bell } from './services/bell.ts'
import { boundByBacklog } from './services/bounded.ts'
import { createCompletions } from './services/complete-uploads.ts'
import { createD1State } from './services/d1-state.ts'
import type { Db } from './services/db/open-db.ts'
import type { Dispatcher } from './services/dispatcher.ts'
import { createFocalPoints } from './services/focal-points.ts'
import { createGarbageCollector } from './services/garbage.ts'
import type { ImageHost } from './services/image-host.ts'
import { createImages } from './services/images.ts'
import { createPins } from './services/pins.ts'
import { createPublicUrls } from './services/public-urls.ts'
import { createRunPreviews } from './services/run-preview.ts'
import { createRuns } from './services/runs.ts'
import { createScrapes } from './services/scrapes.ts'
import { createSessionRows } from './services/session-rows.ts'
import { createUploadJobs } from './services/upload-jobs.ts'
import { openUploadWays } from './services/upload-ways.ts'
import { createUploads } from './services/uploads.ts'

export interface App extends AsyncDisposable {
  /** where it is served: http://host:port */
  url: string
  yoga: GraphQLServer
  db: Db
  bell: Bell
  host: ImageHost
  dispatcher: Dispatcher
  pictures: ArtistPictures
}

/** A batch of garbage takes moments, ms. */
const abandonedMs = 600_000

/** Builds and starts everything, in the order of dependence; disposing ends it in the reverse order. */
export async function createApp(config: Config, log: Log = createLog(config.logLevel)): Promise<App> {
  const { limits, defaultRecipes, cleaning, requestLimits } = config
  await using resources = new AsyncDisposableStack()

  const tokens = await openTokens(config.auth.tokens, log)
  if (tokens) resources.use(tokens)
  let addresses = addressesOf(config)
  const urls = createPublicUrls(() => addresses.publicBase)
  const core = resources.use(await createCore(config, urls, log))
  const { db, dialect, bell, stores, sources, hosts, host, d1, intake, artistPictures, dispatcher, queue } = core
  const { sweepTemp, health } = core
  const whoMay = resources.use(createWhoMay({ tokens, sessions: createSessionRows({ db, bell }) }, config.auth))
  const { observe } = health
  const { wake } = dispatcher
  const { originals } = stores
  const { targets, transfers } = openUploadWays(stores.backends.originals, { db, origin: () => addresses.origin })
  const uploads = createUploads({ db, originals, targets, limits })
  const runs = createRuns({
    db,
    dialect,
    bell,
    wake,
    settings: { defaultRecipes, checkSource: sources.check, checkStorage: stores.check },
  })
  const scrapeSettings = { pages: config.scrape.pages, checkSource: sources.check }
  const scrapes = createScrapes({ startScrape: runs.scrape, hosts, settings: scrapeSettings })
  const garbage = createGarbageCollector({
    db,
    dialect,
    stores,
    graceMs: cleaning.graceMs,
    abandonedMs: core.isAlone ? 0 : abandonedMs,
  })
  const ofChores = { db, bell, garbage, uploads, runs, scrapes, artistPictures }
  const chores = resources.use(createChores({ ...ofChores, sweepTemp }, config, log))
  const completions = createCompletions({ db, bell, intake, originals, settings: { defaultRecipes, wake } })
  const images = createImages({ db, bell, intake, wake, defaultRecipes })
  const backlog = createBacklog({ db, limit: requestLimits.queue })
  const { authentication } = whoMay
  const operations = resources.use(
    createOperations({ ...core, role: 'SERVER', edges: health }, config, authentication, log),
  )
  const services: Services = {
    ...boundByBacklog({ images, uploads, completions, runs, scrapes }, backlog),
    db,
    bell,
    limits,
    urls,
    artists: createArtists({ db }),
    artistPictures,
    pins: createPins({ db, bell, wake }),
    d1State: createD1State({ db, d1, health: health.d1 }),
    focalPoints: createFocalPoints({ db, bell, wake }),
    previews: createRunPreviews({ db, dialect, settings: { threads: config.work.threads, defaultRecipes } }),
    queue,
    system: operations.system,
    garbage,
  }
  const rates = createRateLimits(requestLimits.rates, core.redis)
  const { subscriptions, operationsPerClient, connections, headersMs, slowClientMs } = requestLimits
  const shared = { authentication, rates, log }
  const yoga = createGraphQL({ ...shared, schema, services, subscriptions, operationsPerClient, observe })
  const jobs = createUploadJobs({ db, urls })
  const olderUploadRoutes = createOlderUploadRoutes({
    ...shared,
    images: services.images,
    jobs,
    limits,
    defaultRecipes,
  })
  const media = createMedia(stores.backends.variants)
  const http = resources.use(
    createHttp({
      yoga,
      olderUploadRoutes,
      media,
      uploads: transfers && createUploadRoute({ transfers, log }),
      operations: operations.routes,
      dashboard: createDashboard({
        authentication,
        pictures: () => new URL(addresses.publicBase).origin,
        bucket: transfers || !config.storage.s3 ? null : new URL(config.storage.s3.endpoint).origin,
      }),
      ...whoMay,
      limits: { maxBytes: limits.maxBytes, sockets: subscriptions, connections, headersMs, slowClientMs },
      log,
      observe,
    }),
  )
  // first of all at the end: what is in work is let go, for the next start
  resources.defer(() => {
    operations.stop()
    dispatcher.stop()
  })
  const { port } = await http.listen(config.http)
  addresses = addressesOf(config, port)
  wake()
  chores.wake()

  const owned = resources.move()
  return {
    url: urlOf({ host: config.http.host, port }),
    yoga,
    db,
    bell,
    host,
    dispatcher,
    pictures: artistPictures,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
