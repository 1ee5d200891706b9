import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { createEngine } from './app-engine.ts'
import type { Config } from './config.ts'
import { OperatorError } from './errors.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics/prometheus.ts'
import { createArtistPictures } from './services/artist-pictures.ts'
import { createBell } from './services/bell.ts'
import { createClaims } from './services/claims.ts'
import { observeD1 } from './services/d1/observed-d1.ts'
import { openD1 } from './services/d1/open-d1.ts'
import { checkClock } from './services/db/check-clock.ts'
import { openDb } from './services/db/open-db.ts'
import { dialects } from './services/db/sql.ts'
import { watchEdges } from './services/edge-health.ts'
import { createImageHost } from './services/image-host.ts'
import { createIntake } from './services/intake.ts'
import { idleHostBytes } from './services/machine.ts'
import type { PublicUrls } from './services/public-urls.ts'
import { createQueue } from './services/queue.ts'
import { openSources } from './services/sources/open-sources.ts'
import { openStores, sharesPublicPlace } from './services/storage/open-stores.ts'
import { voidLeases } from './services/task-states.ts'
import { createVenueHosts } from './services/venue-hosts.ts'

export class CannotStartError extends OperatorError {
  override readonly name = 'CannotStartError'
}

/** A temp file that nobody wrote to for this long is nobody's, ms. */
const tempMaxAgeMs = 3_600_000
/** What was written to so lately may be what another process works with, ms. */
const tempInUseMs = 600_000

export type Core = Awaited<ReturnType<typeof createCore>>

/**
 * What every process has, whether it serves the API or works only: the edges, and the engine that works on tasks, which
 * begins when it is woken. Disposing ends everything in the reverse order.
 */
export async function createCore(config: Config, urls: PublicUrls, log: Log) {
  const { limits, work, cleaning } = config
  const { threads, megapixelsInFlight, unitMs } = work
  const metrics = createMetrics()
  const health = watchEdges(metrics.observe)
  const { observe } = health
  await using resources = new AsyncDisposableStack()

  // before the rest, for its start takes longest
  const host = resources.use(
    createImageHost({
      threads,
      limits: { megapixelsInFlight, unitMs, idleHostBytes: idleHostBytes(threads) },
      log,
      observe,
    }),
  )
  const { db, provider } = resources.use(await openDb(config.database.url, config.database.connections))
  const dialect = dialects[provider]
  // the one process of a SQLite file: whatever it finds is what a crash left
  const isAlone = provider === 'sqlite'
  if (!isAlone) await checkClock(db, work.leaseMs, log)
  const fleet = config.redis && resources.use(await openFleet(config.redis, log))
  const bell = fleet?.bell ?? createBell()
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
  const sweepTemp = async (maxAgeMs = tempMaxAgeMs) => {
    const minAgeMs = isAlone ? 0 : tempInUseMs
    const limits = { maxAgeMs, maxBytes: cleaning.tempQuotaBytes, minAgeMs }
    const swept = await Promise.all([stores.sweepTemp(limits), sources.sweepTemp(limits)])
    const files = swept.reduce((sum, count) => sum + count, 0)
    if (files > 0) log.info({ files }, 'removed temporary files that were left behind')
  }
  if (isAlone) await voidLeases(db)
  await Promise.all([sweepTemp(isAlone ? 0 : tempMaxAgeMs), claims.reap()])

  const artistPictures = createArtistPictures({ db, bell, variants: stores.variants })
  const hosts = createVenueHosts({ live: config.scrape.live, allow: config.sources.allow })
  const d1 = observeD1(resources.use(await openD1(config.d1)), observe)
  const intake = createIntake({ db, originals: stores.originals, limits })
  const edges = { db, dialect, bell, stores, sources, hosts, host, d1, urls }
  const openHints = fleet?.openHints({ db, dialect }) ?? null
  const engine = createEngine({ ...edges, claims, intake, artistPictures, observe, openHints }, config, log)
  const dispatcher = resources.use(engine)
  resources.defer(bell.listen('cancel', null, dispatcher.stopRun))
  const redis = fleet?.redis ?? null
  const redisDownSince = redis?.downSince ?? (() => null)
  const queue = createQueue({ db, dispatcher, storage: stores, redisDownSince })

  const owned = resources.move()
  return {
    ...edges,
    isAlone,
    metrics,
    health,
    encoder,
    intake,
    artistPictures,
    dispatcher,
    queue,
    redis,
    sweepTemp: () => sweepTemp(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What several processes tell each other through. Only where it is used, as the clients of other services are. */
async function openFleet(redis: NonNullable<Config['redis']>, log: Log) {
  const { openFleetOnRedis } = await import('./services/redis/open-fleet.ts')
  return openFleetOnRedis(redis, log)
}

/** Every unit that a thread has made is put while the next is being made, and some are looked at or fetched. */
const connectionsFor = (threads: number) => Math.max(16, threads * 4)
