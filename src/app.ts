import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { createChores } from './app-chores.ts'
import { createEngine } from './app-engine.ts'
import { createOperations } from './app-operations.ts'
import { addressesOf, type Config } from './config.ts'
import { OperatorError } from './errors.ts'
import { createDashboard } from './http/dashboard.ts'
import { createMedia } from './http/media.ts'
import { createOlderUploadRoutes } from './http/older-upload-routes.ts'
import { createRateLimits } from './http/rate-limits.ts'
import { createUploadRoute } from './http/uploads.ts'
import { openWhoMay } from './http/who-may.ts'
import { createGraphQL, type GraphQLServer } from './http/yoga.ts'
import { createHttp } from './http.ts'
import { createLog, type Log } from './log.ts'
import { createMetrics } from './metrics/prometheus.ts'
import type { Services } from './schema/context.ts'
import { schema } from './schema/index.ts'
import { type ArtistPictures, createArtistPictures } from './services/artist-pictures.ts'
import { createArtists } from './services/artists.ts'
import { createBacklog } from './services/backlog.ts'
import { type Bell, createBell } from './services/bell.ts'
import { boundByBacklog } from './services/bounded.ts'
import { createClaims } from './services/claims.ts'
import { createCompletions } from './services/complete-uploads.ts'
import { observeD1 } from './services/d1/observed-d1.ts'
import { openD1 } from './services/d1/open-d1.ts'
import { createD1State } from './services/d1-state.ts'
import { type Db, openDb } from './services/db/open-db.ts'
import { dialects } from './services/db/sql.ts'
import type { Dispatcher } from './services/dispatcher.ts'
import { watchEdges } from './services/edge-health.ts'
import { createFocalPoints } from './services/focal-points.ts'
import { createGarbageCollector } from './services/garbage.ts'
import { createImageHost, type ImageHost } from './services/image-host.ts'
import { createImages } from './services/images.ts'
import { createIntake } from './services/intake.ts'
import { idleHostBytes } from './services/machine.ts'
import { createPins } from './services/pins.ts'
import { createPublicUrls } from './services/public-urls.ts'
import { createQueue } from './services/queue.ts'
import { createRunPreviews } from './services/run-preview.ts'
import { createRuns } from './services/runs.ts'
import { createScrapes } from './services/scrapes.ts'
import { openSources } from './services/sources/open-sources.ts'
import { openStores, sharesPublicPlace } from './services/storage/open-stores.ts'
import { voidLeases } from './services/task-states.ts'
import { createUploadJobs } from './services/upload-jobs.ts'
import { openUploadWays } from './services/upload-ways.ts'
import { createUploads } from './services/uploads.ts'
import { createVenueHosts } from './services/venue-hosts.ts'

export class CannotStartError extends OperatorError {
  override readonly name = 'CannotStartError'
}

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

/** A temp file that nobody wrote to for this long is nobody's, ms. */
const tempMaxAgeMs = 3_600_000

/** Builds and starts everything, in the order of dependence; disposing ends it in the reverse order. */
export async function createApp(config: Config, log: Log = createLog(config.logLevel)): Promise<App> {
  const { limits, defaultRecipes, work, cleaning, requestLimits } = config
  const { threads, megapixelsInFlight, unitMs } = work
  const metrics = createMetrics()
  const health = watchEdges(metrics.observe)
  const { observe } = health
  await using resources = new AsyncDisposableStack()

  const whoMay = resources.use(await openWhoMay(config.auth, log))
  // before the rest, for its start takes longest
  const host = resources.use(
    createImageHost({
      threads,
      limits: { megapixelsInFlight, unitMs, idleHostBytes: idleHostBytes(threads) },
      log,
      observe,
    }),
  )
  const { db, provider } = resources.use(await openDb(config.database.url))
  const dialect = dialects[provider]
  const bell = createBell()
  const stores = resources.use(await openStores({ ...config.storage, connections: connectionsFor(threads), observe }))
  if (sharesPublicPlace(config.storage.url, config.storage.originalsUrl)) {
    log.warn('originals share the bucket of the variants; a private one of their own (ORIGINALS_URL) is safer')
  }
  // a service that is up can say what is wrong, so this is no reason not to start
  void stores.check().catch((error: Error) => log.error(error.message))
  const sources = resources.use(openSources(config.sources, { db, provider }))
  // a service that cannot process must not say that it is up
  const encoder = await host.encoder().catch((cause: unknown) => {
    throw new CannotStartError(`The image host cannot be started: ${(cause as Error).message}`, { cause })
  })

  const claims = createClaims({ db, dialect, bell, leaseMs: work.leaseMs })
  const sweepTemp = async (maxAgeMs: number) => {
    const limits = { maxAgeMs, maxBytes: cleaning.tempQuotaBytes }
    const swept = await Promise.all([stores.sweepTemp(limits), sources.sweepTemp(limits)])
    const files = swept.reduce((sum, count) => sum + count, 0)
    if (files > 0) log.info({ files }, 'removed temporary files that were left behind')
  }
  // the one process of a SQLite file: whatever it finds is what a crash left
  const isAlone = provider === 'sqlite'
  if (isAlone) await voidLeases(db)
  await Promise.all([sweepTemp(isAlone ? 0 : tempMaxAgeMs), claims.reap()])

  const artistPictures = createArtistPictures({ db, bell, variants: stores.variants })
  const hosts = createVenueHosts({ live: config.scrape.live, allow: config.sources.allow })
  const d1 = observeD1(resources.use(await openD1(config.d1)), observe)
  const intake = createIntake({ db, originals: stores.originals, limits })
  let addresses = addressesOf(config)
  const urls = createPublicUrls(() => addresses.publicBase)
  const edges = { db, dialect, bell, stores, sources, hosts, host, d1, urls }
  const dispatcher = resources.use(createEngine({ ...edges, claims, intake, artistPictures, observe }, config, log))
  const { wake } = dispatcher
  const { originals } = stores
  const { targets, transfers } = openUploadWays(stores.backends.originals, { db, origin: () => addresses.origin })
  const uploads = createUploads({ db, originals, targets, limits })
  const runs = createRuns({
    db,
    dialect,
    bell,
    dispatcher,
    settings: { defaultRecipes, checkSource: sources.check, checkStorage: stores.check },
  })
  const scrapeSettings = { pages: config.scrape.pages, checkSource: sources.check }
  const scrapes = createScrapes({ startScrape: runs.scrape, hosts, settings: scrapeSettings })
  const garbage = createGarbageCollector({ db, dialect, stores, graceMs: cleaning.graceMs })
  const ofChores = { db, bell, garbage, uploads, runs, scrapes, artistPictures }
  const chores = resources.use(createChores({ ...ofChores, sweepTemp: () => sweepTemp(tempMaxAgeMs) }, config, log))
  const completions = createCompletions({ db, bell, intake, originals, settings: { defaultRecipes, wake } })
  const images = createImages({ db, bell, intake, wake, defaultRecipes })
  const backlog = createBacklog({ db, limit: requestLimits.queue })
  const queue = createQueue({ db, dispatcher, storage: stores })
  const { authentication } = whoMay
  const seen = { db, bell, stores, host, dispatcher, queue, metrics, encoder, edges: health }
  const operations = createOperations(seen, config, authentication, log)
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
    previews: createRunPreviews({ db, dialect, settings: { threads, defaultRecipes } }),
    queue,
    system: operations.system,
    garbage,
  }
  const rates = createRateLimits(requestLimits.rates)
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
    url: `http://${config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host}:${port}`,
    yoga,
    db,
    bell,
    host,
    dispatcher,
    pictures: artistPictures,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Every unit that a thread has made is put while the next is being made, and some are looked at or fetched. */
const connectionsFor = (threads: number) => Math.max(16, threads * 4)
