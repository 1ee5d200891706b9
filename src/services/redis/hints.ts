import { setTimeout as sleep } from 'node:timers/promises'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { Queue, Worker } from 'bullmq'
import type { Log } from '../../log.ts'
import type { Db } from '../db/open-db.ts'
import type { Dialect } from '../db/sql.ts'
import type { Hints, OnHint } from '../dispatcher.ts'
import { lanes } from '../lanes.ts'
import { findClaimable } from '../task-states.ts'
import { createWorkLoop } from '../work-loop.ts'
import type { Redis } from './open-redis.ts'

interface Deps {
  redis: Redis
  db: Db
  dialect: Dialect
  log: Log
}

/** While that many hints wait for a worker, no more are needed. */
const enough = 500
/** How many are given at once. */
const atOnce = 1_000
/** Retries that are due so soon are told of now, with a delay; ms. */
const aheadMs = 10_000
/** How long what is asked of Redis may take at the end. */
const endMs = 1_000
/** How often one process of the fleet compares the queue with the rows, ms. */
const sweepEveryMs = 1_000

/**
 * Tells processes with a free place that a task waits. A hint names the task it was given for and no more: who takes
 * one claims by the rows, whose order, leases and counters are the only ones. So hints may be lost, doubled or late, and
 * they need not be as many as there are tasks: now and then the rows are looked at, and as many given as are missing.
 */
export function createHints({ redis, db, dialect, log }: Deps, onHint: OnHint): Hints {
  const { prefix, commands } = redis
  const resources = new AsyncDisposableStack()
  let isClosed = false
  const onError = (error: unknown) => log.debug({ err: error }, 'the queue of hints is in trouble')

  // not the one whose commands fail at once: a queue that could not begin with its first command would never begin
  const connection = redis.connect()
  const queues = Object.values(lanes).map((lane) => {
    const name = `lane-${lane}`
    const queue = new Queue(name, { connection, prefix, streams: { events: { maxLen: 100 } } })
    queue.on('error', onError)
    resources.defer(() => queue.close().catch(onError))
    const worker = new Worker(name, () => onHint(lane), {
      connection: redis.connect(),
      prefix,
      autorun: false,
      // 15 s by default, which is longer than most outages
      runRetryDelay: 1_000,
    })
    worker.on('error', onError)
    worker.on('drained', () => filling.wake())
    // without waiting for what is in work: the dispatcher does
    resources.defer(() => worker.close(true).catch(onError))
    return { lane, queue, worker }
  })

  /** Tasks for which there is no hint, as far as numbers tell: any hint does for any task. */
  async function findUnhinted({ lane, queue }: (typeof queues)[number], now: number) {
    const { wait = 0, delayed = 0 } = await queue.getJobCounts('wait', 'delayed')
    if (wait >= enough) return []
    const tasks = await findClaimable(db, dialect, lane, { by: new Date(now + aheadMs), limit: atOnce })
    const withDelay = tasks.map((task) => ({ ...task, delay: Math.max(0, (task.nextAttemptAt?.getTime() ?? 0) - now) }))
    const due = withDelay.filter((task) => task.delay === 0)
    const later = withDelay.filter((task) => task.delay > 0)
    return [...(due.length > wait ? due : []), ...(later.length > delayed ? later : [])]
  }

  async function fill(): Promise<false> {
    for (const each of queues) {
      if (isClosed || redis.downSince()) break
      const tasks = await findUnhinted(each, Date.now())
      await each.queue.addBulk(tasks.map(hintOf))
    }
    return false
  }

  function take(worker: Worker, count: number): void {
    if (count === 0) return void worker.pause(true).catch(onError)
    worker.concurrency = count
    if (worker.isPaused()) void worker.resume()
    else if (!worker.isRunning()) void worker.run().catch(onError)
  }

  const never = 2 ** 31 - 1
  const filling = createWorkLoop({ step: fill, lookAgainMs: never, onError })
  // a command that was under way when Redis froze or fell may never be answered
  resources.defer(() => Promise.race([filling[Symbol.asyncDispose](), sleep(endMs)]))

  /** One process of the fleet at a time, whichever comes first. */
  async function sweep(): Promise<void> {
    const mine = await commands.set(`${prefix}:sweep`, '1', 'PX', sweepEveryMs - 100, 'NX')
    if (mine) filling.wake()
  }
  const timer = setInterval(() => void sweep().catch(onError), sweepEveryMs)
  resources.defer(() => {
    isClosed = true
    clearInterval(timer)
  })

  return {
    areComing: () => redis.downSince() === null,
    offer: filling.wake,
    take(places) {
      for (const { lane, worker } of queues) take(worker, lane === lanes.interactive ? places.all : places.background)
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Its name is of one attempt, for the hint of the attempt before may still be in work when the retry is told of. */
const hintOf = ({ id, attempt, delay }: { id: string; attempt: number; delay: number }) => ({
  name: 'task',
  data: {},
  opts: { jobId: `${id}-${attempt}`, attempts: 1, delay, removeOnComplete: true, removeOnFail: true },
})
