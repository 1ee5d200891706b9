import { setTimeout as sleep } from 'node:timers/promises'
import type { ScalePoint, ScaleResults, Sharing } from '../report/results.ts'
import type { Fleet } from './fleet.ts'
import type { RedisWatch } from './redis-watch.ts'
import { fill } from './rows.ts'
import type { Watched } from './server.ts'

/** As a worker on two cores. */
const concurrency = 8
const settlingMs = 700
const windowMs = 3_000

export interface Bench {
  fleet: Fleet
  size: number
  server: Watched
  redis: RedisWatch | null
}

export interface Case {
  processes: number
  images: Sharing
  hinted: boolean
}

export const runsFor = (images: Sharing, count: number) =>
  ({ 'one run': 1, '64 runs': 64, 'a run each': count })[images]

/** Everything that a task touches is compiled in every process before anything is measured. */
export async function warmUp({ fleet, server, size }: Bench): Promise<void> {
  await fill(server, { images: 30 * size, runs: 30 * size, recipes: ['presets'] })
  await fleet.tell({ do: 'work', concurrency: 1, hinted: false })
  await allDone(server)
  await fleet.tell({ do: 'rest' })
}

async function allDone({ query }: Watched): Promise<void> {
  const anyLeft = `SELECT 1 FROM "Task" WHERE "status" IN ('QUEUED', 'RUNNING') LIMIT 1`
  while ((await query(anyLeft)).length > 0) await sleep(100)
}

/** Works off what waits, to its end. */
export async function workOff({ fleet, server }: Bench): Promise<void> {
  await fleet.tell({ do: 'work', concurrency: 2, hinted: false })
  await allDone(server)
  await fleet.tell({ do: 'rest' })
}

/** The rate is that of three seconds amid the work, what a task costs is over all of it. */
export async function measureWork(
  bench: Bench,
  { processes, images, hinted }: Case,
  count: number,
): Promise<ScalePoint> {
  const { fleet, server, redis } = bench
  await fill(server, { images: count, runs: runsFor(images, count), recipes: ['presets'] })
  await redis?.forget()
  const before = await totals(bench)
  await fleet.tell({ do: 'work', concurrency, hinted }, processes)
  await sleep(settlingMs)
  const since = new Date()
  const watching = server.watchWaits()
  await sleep(windowMs)
  const waits = await watching.stop()
  const until = new Date()
  await fleet.tell({ do: 'rest' })
  const after = await totals(bench)
  const [done] = await server.query<{ total: string; amid: string; left: string }>(`
    SELECT count(*) FILTER (WHERE "status" = 'SUCCEEDED') AS total, count(*) FILTER (WHERE "status" = 'QUEUED') AS left,
      count(*) FILTER (WHERE "finishedAt" BETWEEN '${since.toISOString()}' AND '${until.toISOString()}') AS amid FROM "Task"`)
  const { total, amid, left } = { total: Number(done?.total), amid: Number(done?.amid), left: Number(done?.left) }
  if (left === 0)
    throw new Error(`${processes} processes had done all ${count} tasks before the end; take more (--images).`)
  const per = (key: keyof typeof before, factor = 1) => (factor * (after[key] - before[key])) / total
  const task = {
    commits: per('commits'),
    walSyncs: per('walSyncs'),
    walKb: per('walBytes', 1e-3),
    serverMs: per('serverCpu', 1e3),
    processMs: per('processCpu', 1e3),
    redisCommands: redis ? per('redisCommands') : 0,
    redisMs: redis ? per('redisCpu', 1e3) : 0,
  }
  const seconds = (until.getTime() - since.getTime()) / 1000
  return { processes, images, hinted, tasksPerSecond: amid / seconds, task, waits }
}

async function totals({ fleet, server, redis }: Bench) {
  const processCpu = fleet.cpuSeconds()
  const { commits, walSyncs, walBytes, cpuSeconds } = await server.work()
  const { commands: redisCommands, cpuSeconds: redisCpu } = (await redis?.work()) ?? { commands: 0, cpuSeconds: 0 }
  return { commits, walSyncs, walBytes, serverCpu: cpuSeconds, processCpu, redisCommands, redisCpu }
}

/** What processes ask for that have nothing to do. */
export async function measureIdle(
  { fleet, server, redis, size }: Bench,
  hinted: boolean,
): Promise<ScaleResults['idle'][0]> {
  await fill(server, { images: 1, runs: 1, recipes: ['presets'] })
  await server.query('UPDATE "Run" SET "pausedAt" = now()')
  await redis?.forget()
  await fleet.tell({ do: 'work', concurrency, hinted })
  const before = await server.work()
  const since = performance.now()
  await sleep(windowMs)
  const after = await server.work()
  const per = ((performance.now() - since) / 1000) * size
  await fleet.tell({ do: 'rest' })
  return {
    hinted,
    transactionsPerSecond: (after.commits - before.commits) / per,
    serverMsPerSecond: (1e3 * (after.cpuSeconds - before.cpuSeconds)) / per,
  }
}
