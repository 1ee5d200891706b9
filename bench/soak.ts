// npm run bench:soak -- [--images N]: photographs and broken ones through the built service, and what memory it takes;
// exits 1 when an image ended otherwise than expected
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { createDice, type Dice } from '../test/crash/dice.ts'
import { createDataDir, type Server, startServer } from '../test/support/server.ts'
import { cutOff, cutOffWithEnd } from './broken-photos.ts'
import { print, slope } from './figures.ts'
import { wholeNumber } from './options.ts'
import { loadPhotos, photoAt, withNumber } from './photos.ts'
import { processTree, residentMb } from './processes.ts'
import { publish } from './report/publish.ts'
import { describeSetting, type SoakSample, writeResults } from './report/results.ts'
import { renderSoak } from './report/tables.ts'
import { createServiceClient, type ServiceClient } from './service-client.ts'

const sampleMs = 500
/** So many photographs, then one that is broken. */
const wholeOnes = 20
const recipe = 'presets'

const kinds = {
  whole: { expected: 'READY', make: (jpeg: Buffer) => jpeg },
  'cut off': { expected: 'refused as CORRUPT_IMAGE', make: cutOff },
  'cut off, with an end mark': { expected: 'FAILED', make: cutOffWithEnd },
} satisfies Record<string, { expected: string; make: (jpeg: Buffer, dice: Dice) => Buffer }>

type Kind = keyof typeof kinds

interface Options {
  images: number
  parallel: number
  seed: number
}

function kindAt(index: number): Kind {
  if (index % (wholeOnes + 1) !== wholeOnes) return 'whole'
  return Math.floor(index / (wholeOnes + 1)) % 2 === 0 ? 'cut off' : 'cut off, with an end mark'
}

async function howItEnds(client: ServiceClient, bytes: Uint8Array): Promise<string> {
  const answer = await client.upload(bytes)
  return 'code' in answer ? `refused as ${answer.code}` : client.ended(answer)
}

/** Samples until it is told to stop; the first is of before anything was sent. */
function sampleMemory({ pid }: Server, done: () => number) {
  const samples: SoakSample[] = []
  const since = performance.now()
  const look = () => {
    const [, ...host] = processTree(pid)
    const hostMb = host.reduce((sum, each) => sum + residentMb(each), 0)
    const seconds = (performance.now() - since) / 1000
    samples.push({ seconds, done: done(), serviceMb: residentMb(pid), hostMb })
  }
  look()
  const timer = setInterval(look, sampleMs)
  return { samples, stop: () => clearInterval(timer) }
}

/** Never resolves. */
async function endedEarly({ ended }: Server): Promise<never> {
  throw new Error(`The service ended in the middle of it (${await ended}).`)
}

/** MB for each 1,000 images, over the samples from when half of all were done. */
function growth(samples: readonly SoakSample[], total: number): number {
  const late = samples.filter(({ done }) => done >= total / 2)
  return 1000 * slope(late.map(({ done, serviceMb, hostMb }) => ({ x: done, y: serviceMb + hostMb })))
}

async function soak({ images, parallel, seed }: Options): Promise<void> {
  const photos = await loadPhotos()
  const setting = describeSetting()
  const total = images + Math.floor(images / wholeOnes)
  const dice = createDice(seed)
  const ends = new Map<Kind, string[]>()
  await using data = await createDataDir()
  await using server = await startServer(data.dir)
  const client = createServiceClient(server.url, recipe)
  const format = `{bar} {value}/{total} images, {eta_formatted} left, {mb} MB`
  const bar = new SingleBar({ format, noTTYOutput: true, notTTYSchedule: 15_000 })
  let next = 0
  let done = 0
  const memory = sampleMemory(server, () => done)
  bar.start(total, 0, { mb: 0 })

  async function sender(): Promise<void> {
    while (next < total) {
      const index = next++
      const kind = kindAt(index)
      const bytes = kinds[kind].make(withNumber(photoAt(photos, index).bytes, index), dice)
      const end = await howItEnds(client, bytes)
      ends.set(kind, [...(ends.get(kind) ?? []), end])
      done += 1
      const { serviceMb, hostMb } = memory.samples.at(-1) ?? { serviceMb: 0, hostMb: 0 }
      bar.update(done, { mb: Math.round(serviceMb + hostMb) })
    }
  }

  const since = performance.now()
  try {
    await Promise.race([Promise.all(Array.from({ length: parallel }, sender)), endedEarly(server)])
  } finally {
    memory.stop()
    bar.stop()
  }
  const seconds = (performance.now() - since) / 1000
  await server.stop('SIGTERM')
  const { samples } = memory
  const slopeMb = growth(samples, total)
  const results = { ...setting, images: total, seconds, ends: countEnds(ends), slopeMb, samples }
  await writeResults('soak', results)
  print(renderSoak(results))
  await publish('soak')
  if (results.ends.some(({ count, asExpected }) => asExpected < count)) process.exitCode = 1
}

function countEnds(ends: ReadonlyMap<Kind, string[]>) {
  return [...ends].map(([kind, list]) => {
    const { expected } = kinds[kind]
    for (const end of list) if (end !== expected) print(`An image that was ${kind} ended as ${end}, not ${expected}.`)
    return { kind, expected, count: list.length, asExpected: list.filter((end) => end === expected).length }
  })
}

const program = new Command('bench:soak')
  .description('Sends photographs and broken ones through the built service, and watches its memory.')
  .option('--images <n>', 'photographs; with every twentieth comes a broken one', wholeNumber, 1000)
  .option('--parallel <n>', 'how many are under way at once', wholeNumber, 8)
  .option('--seed <n>', 'where the broken ones are cut', wholeNumber, 1)

await soak(program.parse().opts<Options>())
