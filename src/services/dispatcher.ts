import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import type { Claim, Claims } from './claims.ts'
import { lanes } from './lanes.ts'
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

/** What tells, in all processes of a fleet, that tasks wait. The rows stay the truth: a hint is a reason to look at them. */
export interface Hints extends AsyncDisposable {
  /** while they do not, the rows have to be looked at without them */
  areComing(): boolean
  /** tasks may wait: let the fleet know */
  offer(): void
  /** how many hints this process is given at once; those of the background lane are fewer */
  take(places: { all: number; background: number }): void
}

/** Called for each hint, with the lane that it is of; resolves when another may be given. Never throws. */
export type OnHint = (lane: number) => Promise<void>

interface Deps {
  claims: Claims
  chores: Readonly<Record<string, Chore>>
  work: (claim: Claim, signal: AbortSignal) => Promise<void>
  /** null in a process that works alone */
  openHints: ((onHint: OnHint) => Hints) | null
  settings: {
    concurrency: number
    leaseMs: number
    log: Log
    /** false while what every task needs is away: then nothing is claimed */
    ready: () => boolean
  }
}

/** A process of a fleet looks at the rows without a hint too, should ever one have been lost; ms. */
const unhintedLookMs = 5_000
/** How long a hint is kept that nothing can be done about now. */
const patienceMs = 1_000

interface Job {
  claim: Claim
  abort: AbortController
  done: Promise<void>
}

/** Keeps `concurrency` tasks in work as long as there are any, and their leases alive. */
export function createDispatcher({ claims, chores, work, openHints, settings }: Deps): Dispatcher {
  const { leaseMs, log, ready } = settings
  let { concurrency } = settings
  let stopped = false
  /** nothing is begun before it has been woken once: the process may not be able to start */
  let awake = false
  /** claims under way */
  let claimsUnderWay = 0
  let lookedAt = 0
  const jobs = new Map<string, Job>()
  /** hints that came while all places were taken */
  const waitingForPlace = new Set<() => void>()

  const inUse = () => jobs.size + claimsUnderWay
  // some places are kept from what is in the background, or an upload would wait until one of those is done
  const forAll = () => concurrency - Math.floor(concurrency / 4)

  async function claimOne(): Promise<Job | null> {
    if (stopped || inUse() >= concurrency || !ready()) return null
    const upToLane = inUse() < forAll() ? undefined : lanes.interactive
    claimsUnderWay += 1
    try {
      const claim = await claims.claim(upToLane)
      return claim && start(claim)
    } finally {
      claimsUnderWay -= 1
      tellOfPlace()
    }
  }

  async function lookForOne(): Promise<boolean> {
    if (!awake) return false
    if (hints?.areComing() && Date.now() < lookedAt + unhintedLookMs) return false
    const job = await claimOne()
    if (!job) lookedAt = Date.now()
    return job !== null
  }

  const placesFor = (lane: number) => (lane === lanes.interactive ? concurrency : forAll())

  /** Works on a task that waits, if there is one; a hint for which there is no place soon is given up, for others. */
  async function onHint(lane: number): Promise<void> {
    try {
      const until = Date.now() + patienceMs
      const isFull = () => inUse() >= placesFor(lane)
      while (!stopped && isFull() && Date.now() < until) await Promise.race([placeIsFree(), sleep(until - Date.now())])
      if (isFull()) return
      if (!ready()) await sleep(patienceMs)
      await (await claimOne())?.done
    } catch (error) {
      failed('claim')(error)
      await sleep(patienceMs)
    }
  }

  const placeIsFree = () => new Promise<void>((resolve) => waitingForPlace.add(resolve))
  const tellOfPlace = () => {
    for (const go of waitingForPlace) go()
    waitingForPlace.clear()
  }

  function start(claim: Claim): Job {
    const abort = new AbortController()
    // whatever a task has under way at once listens: a look at each of its objects, say
    setMaxListeners(0, abort.signal)
    // told while it was being claimed
    if (stopped) abort.abort()
    const done = work(claim, abort.signal).finally(() => {
      jobs.delete(claim.token)
      tellOfPlace()
      claiming.wake()
    })
    const job = { claim, abort, done }
    jobs.set(claim.token, job)
    return job
  }

  async function renewLeases(): Promise<void> {
    if (jobs.size === 0) return
    const before = [...jobs.values()]
    const held = await claims.renew(before.map(({ claim }) => claim.token))
    for (const { claim, abort } of before) if (!held.has(claim.token)) abort.abort(new LeaseLostError(claim.taskId))
  }

  const failed = (what: string) => (error: unknown) => log.error({ err: error }, `the dispatcher cannot ${what}`)
  const claiming = createWorkLoop({ step: lookForOne, lookAgainMs: 1_000, onError: failed('claim') })
  const hints = openHints?.(onHint) ?? null
  const mayClaim = () => {
    claiming.wake()
    hints?.offer()
  }
  const others = Object.entries(chores).map(([name, { step, everyMs }]) =>
    createWorkLoop({
      async step() {
        const found = await step()
        if (found) mayClaim()
        return found
      },
      lookAgainMs: everyMs,
      onError: failed(name),
    }),
  )
  const loops = [...others, claiming]
  // a timer of its own, so that encoding never starves a lease
  const heartbeat = setInterval(() => renewLeases().catch(failed('renew leases')), leaseMs / 3)

  const takeHints = () => hints?.take({ all: concurrency, background: forAll() })
  const getUp = () => {
    if (!awake) takeHints()
    awake = true
  }
  const wake = () => {
    getUp()
    for (const loop of loops) loop.wake()
    hints?.offer()
  }
  const stop = () => {
    stopped = true
    tellOfPlace()
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
      tellOfPlace()
      if (awake) takeHints()
      claiming.wake()
    },
    get inWork() {
      return jobs.size
    },
    async idle() {
      getUp()
      do {
        await Promise.all([...jobs.values()].map(({ done }) => done))
        for (const loop of loops) await loop.idle()
      } while (jobs.size > 0)
    },
    async [Symbol.asyncDispose]() {
      stop()
      clearInterval(heartbeat)
      await hints?.[Symbol.asyncDispose]()
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()))
      while (claimsUnderWay > 0) await placeIsFree()
      await Promise.allSettled([...jobs.values()].map(({ done }) => done))
    },
  }
}
