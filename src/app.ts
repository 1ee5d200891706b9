import { availableParallelism } from 'node:os'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import type { Config } from './config.ts'
import { OperatorError } from './errors.ts'
import { createMedia } from './http/media.ts'
import { createGraphQL, type GraphQLServer } from './http/yoga.ts'
import { createHttp } from './http.ts'
import { createLog, type Log } from './log.ts'
import type { Context } from './schema/context.ts'
import { schema } from './schema/index.ts'
import { createArtists } from './services/artists.ts'
import { type Bell, createBell } from './services/bell.ts'
import { createClaims } from './services/claims.ts'
import { type Db, openDb } from './services/db/open-db.ts'
import { dialects } from './services/db/sql.ts'
import { createDispatcher, type Dispatcher } from './services/dispatcher.ts'
import { createImageHost, type ImageHost } from './services/image-host.ts'
import { createImages } from './services/images.ts'
import { createProcessImage } from './services/process-image.ts'
import { createPublicUrls } from './services/public-urls.ts'
import { createRunPlanner } from './services/run-planner.ts'
import { createRuns } from './services/runs.ts'
import { createSettleTask } from './services/settle-task.ts'
import { createDiskStore } from './services/storage/disk-store.ts'
import { createTasks } from './services/tasks.ts'

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
}

/** How long units that have begun may take when the service ends, ms. */
const cutShortMs = 5_000

/** Builds and starts everything, in the order of dependence; disposing ends it in the reverse order. */
export async function createApp(config: Config, log: Log = createLog(config.logLevel)): Promise<App> {
  const { limits, defaultRecipes, work } = config
  await using resources = new AsyncDisposableStack()

  const { db, provider } = resources.use(await openDb(config.database.url))
  const dialect = dialects[provider]
  const bell = createBell()
  const variants = createDiskStore(fromFileUrl(config.storage.url))
  const originals = createDiskStore(fromFileUrl(config.storage.originalsUrl))
  const host = resources.use(createImageHost({ threads: work.threads ?? availableParallelism(), log }))
  // a service that cannot process must not say that it is up
  await host.encoder().catch((cause: unknown) => {
    throw new CannotStartError(`The image host cannot be started: ${(cause as Error).message}`, { cause })
  })

  const claims = createClaims({ db, dialect, bell, leaseMs: work.leaseMs })
  if (provider === 'sqlite') {
    await claims.voidLeases()
    await Promise.all([variants.sweepTemp(), originals.sweepTemp(), claims.reap()])
  }
  const tasks = createTasks({ db, bell, leaseMs: work.leaseMs })
  const processImage = createProcessImage({
    tasks,
    host,
    stores: { variants, originals },
    settings: {
      defaultRecipes,
      maxPixels: limits.maxPixels,
      settle: createSettleTask({ tasks, retryBaseMs: work.retryBaseMs, log }),
    },
  })
  const planner = createRunPlanner({ db, dialect, bell })
  const settings = { concurrency: work.concurrency, leaseMs: work.leaseMs, log }
  const dispatcher = resources.use(createDispatcher({ claims, planner, work: processImage, settings }))

  const { wake } = dispatcher
  let publicBase = config.storage.publicBaseUrl ?? ''
  const context: Context = {
    db,
    bell,
    limits,
    urls: createPublicUrls(() => publicBase),
    artists: createArtists({ db }),
    images: createImages({ db, bell, originals, wake, settings: { limits, defaultRecipes } }),
    runs: createRuns({ db, bell, wake }),
  }
  const yoga = createGraphQL({ schema, context, log })
  const http = resources.use(createHttp({ yoga, media: createMedia(variants.root) }))
  // first of all at the end: nothing new is begun, and what takes too long is cut short and done again later
  resources.defer(() => {
    dispatcher.stop()
    setTimeout(() => host[Symbol.asyncDispose](), cutShortMs).unref()
  })
  const { port } = await http.listen(config.http)
  publicBase ||= `http://localhost:${port}/media`
  wake()

  const owned = resources.move()
  return {
    url: `http://${config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host}:${port}`,
    yoga,
    db,
    bell,
    host,
    dispatcher,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const fromFileUrl = (url: string) => url.slice('file:'.length)
