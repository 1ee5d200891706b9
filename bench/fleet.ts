import { startFleet } from '../test/support/fleet.ts'
import { print } from './figures.ts'
import type { BenchOptions } from './options.ts'
import { loadPhotos, photoAt, withNumber } from './photos.ts'
import { treeCpuSeconds } from './processes.ts'
import { createServiceClient } from './service-client.ts'

const recipe = 'presets'
const workerCounts = [1, 2, 3] as const
/** Enough that no worker waits for the next one. */
const parallel = 16

/**
 * Throughput with 1, 2 and 3 workers of one thread each, and what an image costs all processes together: on a machine with
 * fewer cores the first stops to rise, and the second has to stay as it was.
 */
export async function benchFleet({ images = 60, rounds = 3 }: BenchOptions): Promise<void> {
  const photos = await loadPhotos()
  print(`fleet: ${recipe}, ${images} photographs a round, ${rounds} rounds, workers of one thread, one server`)
  let sent = 0
  for (let round = 1; round <= rounds; round += 1) {
    for (const workers of workerCounts) {
      await using fleet = await startFleet({ servers: 1, workers, env: { CONCURRENCY: '4' } })
      const client = createServiceClient(fleet.urls[0] ?? '', recipe)
      const send = async (count: number) => {
        let left = count
        const sender = async () => {
          while (left > 0) {
            left -= 1
            sent += 1
            await client.process(withNumber(photoAt(photos, sent).bytes, sent))
          }
        }
        await Promise.all(Array.from({ length: parallel }, sender))
      }
      await send(4 * workers)
      const pids = await fleet.pids()
      const cpu = () =>
        Object.entries(pids).map(
          ([what, each]) => [what, each.reduce((sum, pid) => sum + treeCpuSeconds(pid), 0)] as const,
        )
      const before = new Map(cpu())
      const since = performance.now()
      await send(images)
      const seconds = (performance.now() - since) / 1_000
      const spent = cpu().map(([what, total]) => [what, (total - (before.get(what) ?? 0)) / images] as const)
      const all = spent.reduce((sum, [, each]) => sum + each, 0)
      const parts = spent.map(([what, each]) => `${what} ${each.toFixed(3)}`).join(', ')
      print(
        `  round ${round}, workers ${workers}: ${(images / seconds).toFixed(2)} images/s; CPU s an image ${all.toFixed(3)} (${parts})`,
      )
      const problems = await fleet.end()
      if (problems.length > 0) throw new Error(problems.join('\n'))
    }
  }
}
