import { setTimeout as sleep } from 'node:timers/promises'
import { createDataDir, startServer } from '../test/support/server.ts'
import { median, percentile, print } from './figures.ts'
import type { BenchOptions } from './options.ts'
import { loadPhotos, withNumber } from './photos.ts'
import { createServiceClient } from './service-client.ts'

const largest = 'dandelion-meadow-16mp.jpg'

/** How long the largest photograph takes in an idle service: until a variant can be shown, and until all are there. */
export async function benchDeadline({ rounds = 5, recipes = ['presets', 'responsive', 'artist'] }: BenchOptions) {
  const photo = (await loadPhotos()).find(({ name }) => name === largest)
  if (!photo) throw new Error(`${largest} is not among the photographs.`)
  await using data = await createDataDir()
  await using server = await startServer(data.dir)
  const client = createServiceClient(server.url, recipes)
  const usableMs: number[] = []
  const readyMs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await sleep(1_000)
    const sentAt = Date.now()
    const times = await client.times(await client.process(withNumber(photo.bytes, round)))
    usableMs.push(Date.parse(times.usableAt) - sentAt)
    readyMs.push(Date.parse(times.readyAt) - sentAt)
  }
  print(
    `deadline: ${largest} (${photo.width}x${photo.height} px), ${recipes.join(', ')}, ${rounds} times, one at a time;`,
  )
  print(`  from the upload's begin until a variant can be shown: ${describe(usableMs)};`)
  print(`  until all are ready: ${describe(readyMs)}`)
}

const describe = (ms: readonly number[]) => `median ${median(ms)} ms, at most ${percentile(ms, 1)} ms`
