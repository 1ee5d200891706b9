import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { CannotStartError, createCore } from './app-core.ts'
import { createOperations } from './app-operations.ts'
import { addressesOf, type Config } from './config.ts'
import { createOperationsServer } from './http/operations-server.ts'
import { createWhoMay, openTokens } from './http/who-may.ts'
import type { Log } from './log.ts'
import { createPublicUrls } from './services/public-urls.ts'
import { createSessionRows } from './services/session-rows.ts'

export interface Worker extends AsyncDisposable {
  /** where /health, /ready and /metrics are; null without WORKER_PORT */
  url: string | null
}

/** A process that works on tasks and serves no API; any number of them share a database. Throws CannotStartError. */
export async function createWorker(config: Config, log: Log): Promise<Worker> {
  if (config.database.url.startsWith('file:')) {
    throw new CannotStartError(
      'A worker needs PostgreSQL (DATABASE_URL): a SQLite file is for one process alone, which greenroom serve works in.',
    )
  }
  if (!config.http.serviceUrl && !config.storage.publicBaseUrl) {
    throw new CannotStartError(
      'A worker publishes addresses of pictures, so it has to be told those of the servers: PUBLIC_BASE_URL or SERVICE_URL.',
    )
  }
  tellOfFolders(config, log)
  if (config.work.concurrency === 0) throw new CannotStartError('With CONCURRENCY=0 a worker would never do anything.')
  await using resources = new AsyncDisposableStack()
  const tokens = await openTokens(config.auth.tokens, log)
  if (tokens) resources.use(tokens)
  const core = resources.use(
    await createCore(
      config,
      createPublicUrls(() => addressesOf(config).publicBase),
      log,
    ),
  )
  const whoMay = createWhoMay({ tokens, sessions: createSessionRows(core) }, config.auth)
  const { authentication, originPolicy } = resources.use(whoMay)
  const operations = resources.use(
    createOperations({ ...core, role: 'WORKER', edges: core.health }, config, authentication, log),
  )
  const { workerPort: wanted } = config
  const server = wanted === null ? null : createOperationsServer({ routes: operations.routes, originPolicy, log })
  if (server) resources.use(server)
  // first of all at the end: what is in work is let go, for other workers
  resources.defer(() => {
    operations.stop()
    core.dispatcher.stop()
  })
  const url = server && wanted !== null ? await server.listen({ host: config.http.host, port: wanted }) : null
  core.dispatcher.wake()

  const owned = resources.move()
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** On a machine of its own, it would not find what others have stored, nor they what it stores. */
function tellOfFolders({ storage, d1 }: Config, log: Log): void {
  const folders = [storage.url, storage.originalsUrl].filter((url) => url.startsWith('file:'))
  if (!d1.cloudflare) folders.push(`file:${d1.file}`)
  if (folders.length > 0) log.info({ folders }, 'all processes have to share these, on one machine or one file system')
}
