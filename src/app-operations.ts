import type { Config } from './config.ts'
import type { ProcessRole } from './generated/sqlite/client.ts'
import type { Authentication } from './http/authentication.ts'
import { createOperationRoutes } from './http/operations.ts'
import type { Log } from './log.ts'
import { createGauges } from './metrics/gauges.ts'
import type { Metrics } from './metrics/prometheus.ts'
import { version } from './package-root.ts'
import { writeProbe } from './services/db/write-probe.ts'
import { createLevels, type LevelSources } from './services/levels.ts'
import { createProcesses } from './services/processes.ts'
import { createReadiness } from './services/readiness.ts'
import { createSystem, type ReadSystem } from './services/system.ts'

interface Parts extends Omit<LevelSources, 'processes'> {
  metrics: Metrics
  /** versions of what encodes */
  encoder: string
  role: ProcessRole
  /** no other process shares the database */
  isAlone: boolean
}

export interface Operations extends AsyncDisposable {
  routes: ReturnType<typeof createOperationRoutes>
  system: ReadSystem
  /** what asks whether the service is ready is told no from now on */
  stop(): void
}

/** What tells those who run the service how it does: /health, /ready, /metrics, `system`. A part of `createApp`. */
export function createOperations(
  { metrics, encoder, role, isAlone, ...sources }: Parts,
  { work, storage, d1, dataDir }: Config,
  authentication: Authentication,
  log: Log,
): Operations {
  const { db, stores, host } = sources
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
  const onError = (error: unknown) => log.warn({ err: error }, 'cannot tell the others that this process is there')
  const processes = createProcesses({ db, dispatcher: sources.dispatcher, self: { role, version }, isAlone, onError })
  const levels = createLevels({ ...sources, processes }, readiness, dataDir)
  const { threads, megapixelsInFlight } = work
  const setGauges = createGauges(metrics.registry, { threads, megapixelsInFlight, version })
  metrics.onRender(async () => setGauges(await levels()))
  return {
    routes: createOperationRoutes({ authentication, readiness, metrics }),
    system: createSystem({
      levels,
      stores,
      edges: sources.edges,
      settings: { version, encoder, limits: { threads, megapixels: megapixelsInFlight }, storage, d1 },
    }),
    stop: readiness.stop,
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  }
}
