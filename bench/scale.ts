import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { startPostgres } from '../test/support/postgres.ts'
import { startRedis } from '../test/support/redis.ts'
import { print } from './figures.ts'
import type { BenchOptions } from './options.ts'
import { publish } from './report/publish.ts'
import { describeSetting, type ScaleResults, writeResults } from './report/results.ts'
import { renderScale } from './report/scale-tables.ts'
import { measureClaims } from './scale/claiming.ts'
import { startFleet } from './scale/fleet.ts'
import { measureReading, measureRows } from './scale/leavings.ts'
import { watchRedis } from './scale/redis-watch.ts'
import { watchServer } from './scale/server.ts'
import { type Bench, type Case, measureIdle, measureWork, warmUp } from './scale/work.ts'

const counts = [1, 2, 4, 8, 16]
const claimCases = [
  { images: 'one run', waiting: 10_000 },
  { images: 'one run', waiting: 100_000 },
  { images: 'one run', waiting: 1_000_000 },
  { images: 'a run each', waiting: 10_000 },
  { images: 'a run each', waiting: 100_000 },
] as const

/** What the queue and PostgreSQL can do, with images that cost nothing, and what limits them. */
export async function benchScale({ images = 2_500, parallel = 16 }: BenchOptions): Promise<void> {
  const setting = describeSetting()
  await using bench = await openBench(parallel)
  if (!bench) throw new Error('There is no PostgreSQL.')
  await warmUp(bench)
  const idle = [await measureIdle(bench, false)]
  const work: ScaleResults['work'] = []
  const measureAll = async (cases: readonly Case[]) => {
    for (const each of cases) {
      const point = await measureWork(bench, each, images)
      work.push(point)
      const { processes, hinted, tasksPerSecond } = point
      print(
        `  ${processes} processes, ${point.images}${hinted ? ', hinted' : ''}: ${tasksPerSecond.toFixed(0)} tasks/s`,
      )
    }
  }
  await measureAll(workCases(bench))
  const claims: ScaleResults['claims'] = []
  for (const each of ['one run', 'a run each'] as const) {
    claims.push(await measureClaims(bench, { claimers: parallel, images: each, waiting: images, atMost: images }))
  }
  for (const { images: shared, waiting } of claimCases) {
    if (waiting <= 400 * images) {
      claims.push(await measureClaims(bench, { claimers: 1, images: shared, waiting, atMost: 100 }))
    }
  }
  const rows: ScaleResults['rows'] = []
  for (const recipes of [['presets'], ['presets', 'responsive']]) rows.push(await measureRows(bench, recipes, 200))
  const eventsReadPerSecond = await measureReading(bench, [1, parallel], 200)
  if (bench.redis) {
    // at the end, as a process that has waited for hints once always does
    idle.push(await measureIdle(bench, true))
    await measureAll(countsUpTo(bench).map((processes) => ({ processes, images: 'a run each', hinted: true })))
  }
  const results = { ...setting, work, claims, rows, eventsReadPerSecond, idle }
  await writeResults('scale', results)
  print(renderScale(results))
  await publish('scale')
}

const countsUpTo = ({ size }: Bench) => counts.filter((count) => count <= size)

function workCases(bench: Bench): Case[] {
  const some = countsUpTo(bench)
  const ends = [some[0] ?? 1, some.at(-1) ?? 1]
  return [
    ...some.map((processes) => ({ processes, images: 'a run each' as const, hinted: false })),
    ...ends.map((processes) => ({ processes, images: '64 runs' as const, hinted: false })),
    ...some.map((processes) => ({ processes, images: 'one run' as const, hinted: false })),
  ]
}

/** null where there is no PostgreSQL; without Redis what needs it is left out. */
async function openBench(size: number): Promise<(Bench & AsyncDisposable) | null> {
  await using resources = new AsyncDisposableStack()
  const postgres = await startPostgres({ durable: true })
  if (!postgres) return null
  resources.defer(postgres.stop)
  const redisServer = await startRedis()
  if (redisServer) resources.defer(redisServer.stop)
  const server = resources.use(await watchServer(postgres))
  const redis = redisServer && resources.use(watchRedis(redisServer))
  const fleet = resources.use(await startFleet([postgres.url, ...(redisServer ? [redisServer.url] : [])], size))
  const owned = resources.move()
  return { fleet, size, server, redis, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
