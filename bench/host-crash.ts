import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { createHostSupervisor } from '../src/services/host-supervisor.ts'
import { usableCores } from '../src/services/machine.ts'
import { createDataDir, startServer } from '../test/support/server.ts'
import { median, percentile, print } from './figures.ts'
import type { BenchOptions } from './options.ts'
import { loadPhotos, photoAt, withNumber } from './photos.ts'
import { createServiceClient } from './service-client.ts'

/** Deaths of the image host in a round, each after so long at work, ms. */
const deaths = 3
const betweenMs = 1_500

/** What it costs when the image host dies by SIGSEGV, idle and at work. Fails when an image is not READY in the end. */
export async function benchHostCrash({ rounds = 5, images = 45, parallel = 8 }: BenchOptions): Promise<void> {
  const idleMs = await restarts(rounds)
  print(`host-crash: an idle image host is ready again ${Math.round(median(idleMs))} ms after its death,`)
  print(`  at most ${Math.round(percentile(idleMs, 1))} ms, in ${idleMs.length} deaths`)
  const costs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const quietMs = await processing(images, parallel, 0)
    costs.push(((await processing(images, parallel, deaths)) - quietMs) / deaths)
  }
  print(`  ${deaths} deaths while ${images} images are made: every image is READY;`)
  print(`  each death costs ${Math.round(median(costs))} ms (${costs.map(Math.round).join(', ')})`)
}

/** From each kill until the next host says that it can work, ms. */
async function restarts(rounds: number): Promise<number[]> {
  const options = { threads: usableCores(), openImages: () => 0, log: pino({ level: 'silent' }) }
  await using supervisor = createHostSupervisor(options)
  await supervisor.current.encoder
  const times: number[] = []
  for (let death = 0; death < 2 * rounds; death += 1) {
    const { pid } = supervisor.current
    const since = performance.now()
    process.kill(pid ?? 0, 'SIGSEGV')
    while (supervisor.current.pid === pid) await sleep(1)
    await supervisor.current.encoder
    times.push(performance.now() - since)
  }
  return times
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
