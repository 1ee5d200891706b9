import { setMaxListeners } from 'node:events'
import type { Log } from '../log.ts'
import type { Claim, Claims } from './claims.ts'
import { RunCancelledError } from './settle-task.ts'
import { LeaseLostError } from './task-states.ts'
import { createWorkLoop } from './work-loop.ts'

export interface Dispatcher extends AsyncDisposable {
  /** there may be work */
  wake(): void
  /** tells those who work on tasks of this run to end */
  stopRun(runId: string): void
  /** images at once; 0 for none. More are begun at once, fewer come about as tasks end. */
  concurrency: number
  /** tasks in work in this process */
  readonly inWork: number
  /** claims nothing more, and tells what is in work to end */
  stop(): void
  /** resolves when nothing is in work and nothing can be done now */
  idle(): Promise<void>
}

/** What else has to be done for runs. */
export interface Chore {
  /** one thing; resolves to whether there was one */
  step(): Promise<boolean>
  everyMs: number
}

interface Deps {
  claims: Claims
  chores: Readonly<Record<string, Chore>>
  work: (claim: Claim, signal: AbortSignal) => Promise<void>
  settings: {
    concurrency: number
    leaseMs: number
    log: Log
    /** false while what every task needs is away: then nothing is claimed */
    ready: () => boolean
  }
}

const interactiveLane = 0

interface Job {
  claim: Claim
  abort: AbortController
  done: Promise<void>
}

/** Keeps `concurrency` tasks in work as long as there are any, and their leases alive. */
export function createDispatcher({ claims, chores, work, settings }: Deps): Dispatcher {
  const { leaseMs, log, ready } = settings
  let { concurrency } = settings
  let stopped = false
  const jobs = new Map<string, Job>()

  async function claimOne(): Promise<boolean> {
    if (stopped || jobs.size >= concurrency || !ready()) return false
    // some places are kept from what is in the background, or an upload would wait until one of those is done
    const forAll = concurrency - Math.floor(concurrency / 4)
    const claim = await (jobs.size < forAll ? claims.claim() : claims.claim(interactiveLane))
    if (claim) start(claim)
    return claim !== null
  }

  function start(claim: Claim): void {
    const abort = new AbortController()
    // whatever a task has under way at once listens: a look at each of its objects, say
    setMaxListeners(0, abort.signal)
    // told while it was being claimed
    if (stopped) abort.abort()
    const done = work(claim, abort.signal).finally(() => {
      jobs.delete(claim.token)
      claiming.wake()
    })
    jobs.set(claim.token, { claim, abort, done })
  }

  async function renewLeases(): Promise<void> {
    if (jobs.size === 0) return
    const before = [...jobs.values()]
    const held = await claims.renew(before.map(({ claim }) => claim.token))
    for (const { claim, abort } of before) if (!held.has(claim.token)) abort.abort(new LeaseLostError(claim.taskId))
  }

  const failed = (what: string) => (error: unknown) => log.error({ err: error }, `the dispatcher cannot ${what}`)
  const claiming = createWorkLoop({ step: claimOne, lookAgainMs: 1_000, onError: failed('claim') })
  const others = Object.entries(chores).map(([name, { step, everyMs }]) =>
    createWorkLoop({
      async step() {
        const found = await step()
        if (found) claiming.wake()
        return found
      },
      lookAgainMs: everyMs,
      onError: failed(name),
    }),
  )
  const loops = [...others, claiming]
  // a timer of its own, so that encoding never starves a lease
  const heartbeat = setInterval(() => renewLeases().catch(failed('renew leases')), leaseMs / 3)

  const wake = () => {
    for (const loop of loops) loop.wake()
  }
  const stop = () => {
    stopped = true
    for (const { abort } of jobs.values()) abort.abort()
  }

  return {
    wake,
    stop,
    stopRun(runId) {
      for (const { claim, abort } of jobs.values()) if (claim.runId === runId) abort.abort(new RunCancelledError())
    },
    get concurrency() {
      return concurrency
    },
    set concurrency(count) {
      concurrency = count
      claiming.wake()
    },
    get inWork() {
      return jobs.size
    },
    async idle() {
      do {
        await Promise.all([...jobs.values()].map(({ done }) => done))
        for (const loop of loops) await loop.idle()
      } while (jobs.size > 0)
    },
    async [Symbol.asyncDispose]() {
      stop()
      clearInterval(heartbeat)
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()))
      await Promise.allSettled([...jobs.values()].map(({ done }) => done))
    },
  }
}
