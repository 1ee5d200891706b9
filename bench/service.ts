import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDataDir, startServer } from '../test/support/server.ts'
import { type Measured, type Output, outputName } from './measured.ts'
import { treeCpuSeconds, watchMemory } from './processes.ts'
import { createServiceClient, type ServiceClient } from './service-client.ts'

const preload = new URL('./loop-delay.mjs', import.meta.url).href

/** What is sent to a service. */
export interface Load {
  recipe: string
  /** how many senders there are, each of which sends its next photograph when the last is ready */
  parallel: number
  count: number
  warmUps: number
  /** from 0; after the last that counts come those to warm up with */
  photo(index: number): Promise<{ name: string; bytes: Uint8Array }>
}

/** The built service in a folder of its own: from HTTP to stored, recorded variants. Its memory and CPU are those of its image host too. */
export async function measureService(load: Load): Promise<Measured> {
  await using data = await createDataDir()
  const loopFile = path.join(data.dir, 'loop-delay.json')
  await using server = await startServer(data.dir, { LOOP_DELAY_FILE: loopFile }, ['--import', preload])
  const client = createServiceClient(server.url, load.recipe)
  for (let index = 0; index < load.warmUps; index += 1) {
    await client.process((await load.photo(load.count + index)).bytes)
  }
  const pids = [server.pid, await server.hostPid()]
  await readLoopDelay(server.pid, loopFile)
  const memory = watchMemory(() => pids)
  const cpuBefore = treeCpuSeconds(server.pid)
  const since = performance.now()
  const { names, latenciesMs } = await sendAll(client, load)
  const ms = performance.now() - since
  const cpuSeconds = treeCpuSeconds(server.pid) - cpuBefore
  const peakRssMb = memory.stop()
  const { p99Ms: loopP99Ms } = await readLoopDelay(server.pid, loopFile)
  const made = await readVariants(client, names)
  await server.stop('SIGTERM')
  return { ms, latenciesMs, cpuSeconds, peakRssMb, loopP99Ms, ...made }
}

async function sendAll(client: ServiceClient, { parallel, count, photo }: Load) {
  const names = new Map<string, string>()
  const latenciesMs: number[] = []
  let next = 0
  const sender = async () => {
    while (next < count) {
      const { name, bytes } = await photo(next++)
      const sent = performance.now()
      names.set(await client.process(bytes), name)
      latenciesMs.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: parallel }, sender))
  return { names, latenciesMs }
}

/** `names`: which sample photograph each image is, by its id. */
async function readVariants(client: ServiceClient, names: ReadonlyMap<string, string>) {
  const outputs = new Map<string, Output>()
  let bytes = 0
  const shown = await client.variants([...names.keys()])
  const photos = [...names.values()]
  for (const [index, { variants }] of shown.entries()) {
    for (const { name, format, width, height, sha256, byteSize } of variants) {
      outputs.set(outputName(photos[index] ?? '', `${name}.${format}`), { sha256, width, height, format })
      bytes += byteSize
    }
  }
  return { outputs, bytes }
}

interface LoopDelay {
  p99Ms: number
  maxMs: number
}

/** Since the last time it was read. */
async function readLoopDelay(pid: number, file: string): Promise<LoopDelay> {
  await rm(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text !== null) return JSON.parse(text)
    await sleep(5)
  }
}
