import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import type { Claim, Claims } from './claims.ts'
import type { RunPlanner } from './run-planner.ts'

/** Finds work that no wake-up told of: due retries, tasks of other processes. */
const lookAgainMs = 1_000
const reapEveryMs = 5_000

export interface Dispatcher extends AsyncDisposable {
  /** there may be work */
  wake(): void
  /** claims nothing more, and tells what is in work to end */
  stop(): void
  /** resolves when nothing is in work and nothing can be claimed now */
  idle(): Promise<void>
}

interface Deps {
  claims: Claims
  planner: RunPlanner
  work: (claim: Claim, signal: AbortSignal) => Promise<void>
  settings: { concurrency: number; leaseMs: number; log: Log }
}

/** Keeps `concurrency` tasks in work as long as there are any, and their leases alive. */
export function createDispatcher({ claims, planner, work, settings }: Deps): Dispatcher {
  const { concurrency, leaseMs, log } = settings
  const stopping = new AbortController()
  const running = new Map<string, Promise<void>>()
  let wakes = 0
  /** the wake-ups that a look found nothing more for */
  let heard = 0
  let filling: Promise<void> | null = null

  function wake(): void {
    wakes += 1
    if (concurrency === 0 || stopping.signal.aborted || filling) return
    filling = fill()
      .catch((error: unknown) => {
        // the timer looks again; at once would be a hot loop while the database is away
        heard = wakes
        log.error({ err: error }, 'the dispatcher cannot claim')
      })
      .finally(() => {
        filling = null
        // one may have come after the last look and before this line
        if (heard !== wakes) wake()
      })
  }

  async function fill(): Promise<void> {
    while (!stopping.signal.aborted) {
      // noted before looking: a wake-up during an empty look means that it has to look again
      heard = wakes
      const planned = await plan()
      const claim = running.size < concurrency ? await claims.claim() : null
      if (claim) start(claim)
      if (!planned && !claim && heard === wakes) return
    }
  }

  /** A run that cannot be planned must not keep the others from being worked on. */
  async function plan(): Promise<boolean> {
    try {
      return await planner.planChunk()
    } catch (error) {
      log.error({ err: error }, 'the dispatcher cannot plan')
      return false
    }
  }

  function start(claim: Claim): void {
    const done = work(claim, stopping.signal).finally(() => {
      running.delete(claim.token)
      wake()
    })
    running.set(claim.token, done)
  }

  /** a timer of its own, so that encoding never starves a lease */
  function every(intervalMs: number, what: string, action: () => Promise<unknown>): NodeJS.Timeout {
    return setInterval(() => {
      action().catch((error: unknown) => log.error({ err: error }, `the dispatcher cannot ${what}`))
    }, intervalMs)
  }

  const timers = [
    every(lookAgainMs, 'look for work', async () => wake()),
    every(leaseMs / 3, 'renew leases', async () => running.size > 0 && claims.renew([...running.keys()])),
    every(reapEveryMs, 'reap leases', async () => (await claims.reap()) > 0 && wake()),
  ]

  return {
    wake,
    stop: () => stopping.abort(),
    async idle() {
      wake()
      while (filling || running.size > 0) {
        await Promise.all([filling, ...running.values()])
        await sleep(1)
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      for (const timer of timers) clearInterval(timer)
      await filling
      await Promise.allSettled(running.values())
    },
  }
}
