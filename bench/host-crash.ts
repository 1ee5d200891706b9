import { setTimeout as sleep } from 'node:timers/promises'
import { createDataDir, startServer } from '../test/support/server.ts'
import { median, percentile, print } from './figures.ts'
import type { BenchOptions } from './options.ts'
import { loadPhotos, photoAt, withNumber } from './photos.ts'
import { createServiceClient } from './service-client.ts'

/** Deaths of the image host in a round, each after so long at work, ms. */
const deaths = 6
const betweenMs = 2_000

/** What it costs when the image host dies by SIGSEGV, idle and at work. Fails when an image is not READY in the end. */
export async function benchHostCrash({ rounds = 2, images = 90, parallel = 8 }: BenchOptions): Promise<void> {
  const idleMs = await restarts(5 * rounds)
  print(`host-crash: a photograph sent right after the death of an idle image host is ready ${median(idleMs)} ms later`)
  print(`  than one before (${idleMs.length} deaths, at most ${percentile(idleMs, 1)} ms)`)
  const costs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const quietMs = await processing(images, parallel, 0)
    costs.push(((await processing(images, parallel, deaths)) - quietMs) / deaths)
  }
  print(`  ${deaths} deaths while ${images} images are made: every image is READY;`)
  print(`  each death costs ${Math.round(median(costs))} ms (${costs.map(Math.round).join(', ')})`)
}

/** How much later a photograph is READY that is sent right after an idle host was killed, than one before; ms. */
async function restarts(deathsOfIdle: number): Promise<number[]> {
  const [photo] = await loadPhotos()
  if (!photo) throw new Error('There are no photographs.')
  await using data = await createDataDir()
  await using server = await startServer(data.dir)
  const client = createServiceClient(server.url, 'presets')
  let sent = 0
  const takeMs = async () => {
    const sentAt = Date.now()
    const id = await client.process(withNumber(photo.bytes, sent++))
    return Date.parse((await client.times(id)).readyAt) - sentAt
  }
  for (let warmUp = 0; warmUp < 10; warmUp += 1) await takeMs()
  const costs: number[] = []
  for (let death = 0; death < deathsOfIdle; death += 1) {
    const quietMs = await takeMs()
    process.kill(await server.hostPid(), 'SIGSEGV')
    costs.push((await takeMs()) - quietMs)
  }
  return costs
}

/** Until all photographs are READY, in a service of its own whose host is killed so many times; ms. */
async function processing(images: number, parallel: number, kills: number): Promise<number> {
  const photos = await loadPhotos()
  await using data = await createDataDir()
  await using server = await startServer(data.dir)
  const client = createServiceClient(server.url, 'presets')
  let next = 0
  const sender = async () => {
    while (next < images) {
      const index = next++
      await client.process(withNumber(photoAt(photos, index).bytes, index))
    }
  }
  const since = performance.now()
  const sending = Promise.all(Array.from({ length: parallel }, sender))
  for (let death = 0; death < kills; death += 1) {
    await sleep(betweenMs)
    process.kill(await server.hostPid(), 'SIGSEGV')
  }
  await sending
  return performance.now() - since
}
