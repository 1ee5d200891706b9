import type { Log } from '../log.ts'
import { within } from './within.ts'

/** What the service cannot do without. */
export const parts = ['database', 'storage', 'imageHost'] as const
export type Part = (typeof parts)[number]

/** Rejects while the part cannot be used. */
export type Probe = (signal: AbortSignal) => Promise<unknown>

export interface Readiness {
  /** what is not ready, by name; empty when all is. `service` once it has been told to end. */
  missing(): Promise<(Part | 'service')[]>
  /** it is not ready from now on */
  stop(): void
}

interface Deps {
  probes: Record<Part, Probe>
  log: Log
  /** an answer is good for so long, ms */
  keepMs?: Record<Part, number>
  /** a part that takes longer to answer is not ready, ms */
  limitMs?: number
}

/** The image host is looked at, not asked. */
const defaultKeepMs = { database: 5_000, storage: 5_000, imageHost: 0 }

/** Tells whether requests can be served now; however often it is asked, each part is asked every few seconds at most. */
export function createReadiness({ probes, log, keepMs = defaultKeepMs, limitMs = 2_000 }: Deps): Readiness {
  let stopped = false

  function watch(part: Part) {
    let asking: Promise<boolean> | null = null
    /** the question that the last answer came too late for */
    let pending: Promise<string | null> | null = null
    let ready = true
    let askedAt = Number.NEGATIVE_INFINITY

    function ask(): Promise<string | null> {
      const signal = AbortSignal.timeout(limitMs)
      const call = async () => probes[part](signal)
      return call()
        .then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        )
        .finally(() => {
          pending = null
        })
    }

    async function look(): Promise<boolean> {
      pending ??= ask()
      const asked = pending
      const problem = await within(
        limitMs,
        () => asked,
        () => 'It does not answer in time.',
      )
      if (problem !== null && ready) log.warn({ part, reason: problem }, 'not ready')
      if (problem === null && !ready) log.info({ part }, 'ready again')
      ready = problem === null
      askedAt = performance.now()
      return ready
    }

    return async (): Promise<boolean> => {
      if (performance.now() - askedAt < keepMs[part]) return ready
      asking ??= look().finally(() => {
        asking = null
      })
      return asking
    }
  }

  const watches = parts.map((part) => ({ part, isReady: watch(part) }))
  return {
    async missing() {
      const looks = await Promise.all(watches.map(async ({ part, isReady }) => ((await isReady()) ? [] : [part])))
      return [...looks.flat(), ...(stopped ? ['service' as const] : [])]
    },
    stop() {
      stopped = true
    },
  }
}
