import { Counter, Gauge, type Registry } from 'prom-client'
import type { Levels } from '../services/levels.ts'
import type { QueueStats } from '../services/queue.ts'
import { parts } from '../services/readiness.ts'

/** The bounds that levels are to be compared with, and what runs. */
export interface Facts {
  megapixelsInFlight: number
  threads: number
  version: string
}

const bytesPerMegapixel = 1e6

/** Gauges for what there is at the moment of a scrape; returns what sets them. */
export function createGauges(registry: Registry, facts: Facts): (levels: Levels) => void {
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `greenroom_${name}`, help, labelNames, registers })

  const waiting = gauge('queue_waiting_tasks', 'Tasks that wait, by lane; without those of paused runs.', ['lane'])
  const tasks = gauge('queue_tasks', 'Tasks of all processes that are running, retrying or paused.', ['state'])
  const oldest = gauge('queue_oldest_run_age_seconds', 'Since the oldest run that is not over was accepted.')
  const concurrency = gauge('concurrency', 'Tasks at once in this process.')
  const degraded = gauge('queue_degraded', 'Whether Redis is away, so that work is looked for in the database: 1 or 0.')
  const inWork = gauge('tasks_in_work', 'Tasks in work in this process.')
  const due = gauge('d1_due_rows', 'Venue events that D1 lacks, or has as they were before.')
  const pixels = gauge('pixels_in_flight', 'Pixels in the image host.')
  const images = gauge('images_in_flight', 'Images in the image host.')
  const busy = gauge('image_host_busy_threads', 'Threads of the image host that are at work.')
  const resident = gauge('image_host_resident_bytes', 'Memory of the image host; Linux only.')
  const subscribers = gauge('subscribers', 'Subscriptions that are open.')
  const diskFree = gauge('disk_free_bytes', 'Room on the disk of DATA_DIR.')
  const ready = gauge('ready', 'Whether a part can be used: 1 or 0.', ['part'])
  const lastSuccess = gauge('last_success_timestamp_seconds', 'When a call worked last.', ['edge'])
  const attempts = new Counter({
    name: 'greenroom_s3_attempts_total',
    help: 'Requests to buckets, repeated ones too.',
    labelNames: ['store', 'operation', 'result'],
    registers,
  })
  gauge('pixels_in_flight_limit', 'Pixels that fit into the image host.').set(
    facts.megapixelsInFlight * bytesPerMegapixel,
  )
  gauge('image_host_threads', 'Threads of the image host.').set(facts.threads)
  gauge('build_info', 'What runs; always 1.', ['version', 'node']).set(
    { version: facts.version, node: process.versions.node },
    1,
  )

  /** What is not known is not told: a value of an earlier scrape would be taken for one of now. */
  function set(target: Gauge, value: number | null): void {
    if (value === null) target.remove()
    else target.set(value)
  }

  function setQueue(queue: QueueStats | null): void {
    for (const each of [waiting, tasks]) each.reset()
    set(concurrency, queue?.concurrency ?? null)
    set(degraded, queue && (queue.redisDownSince ? 1 : 0))
    set(oldest, queue && (queue.oldestRunAt ? (Date.now() - queue.oldestRunAt.getTime()) / 1_000 : 0))
    if (!queue) return
    waiting.set({ lane: 'interactive' }, queue.waitingInteractive)
    waiting.set({ lane: 'background' }, queue.waitingBackground)
    tasks.set({ state: 'running' }, queue.running)
    tasks.set({ state: 'retrying' }, queue.retrying)
    tasks.set({ state: 'paused' }, queue.paused)
  }

  return (levels) => {
    setQueue(levels.queue)
    set(due, levels.d1DueRows)
    set(resident, levels.host.residentBytes)
    set(diskFree, levels.diskFreeBytes)
    inWork.set(levels.tasksInWork)
    busy.set(levels.host.busyThreads)
    for (const [edge, at] of Object.entries(levels.lastSuccessAt)) {
      if (at) lastSuccess.set({ edge }, at.getTime() / 1_000)
    }
    images.set(levels.host.images)
    pixels.set(levels.host.megapixels * bytesPerMegapixel)
    subscribers.set(levels.subscribers)
    for (const part of [...parts, 'service' as const]) ready.set({ part }, levels.notReady.includes(part) ? 0 : 1)
    attempts.reset()
    for (const { count, ...labels } of levels.s3Attempts) attempts.inc(labels, count)
  }
}
