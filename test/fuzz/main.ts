// npm run test:fuzz -- [--seed 1] [--minutes 30] [--pictures 10000] [--only http|pictures] [--database postgresql]
// sends the built service what no client should; says what was sent and what was found, and exits 1 for anything found
import { randomInt } from 'node:crypto'
import { InvalidArgumentError, Option, program } from 'commander'
import { startPostgres } from '../support/postgres.ts'
import { checkAtRest } from './at-rest.ts'
import { learn } from './learn.ts'
import { createPoster } from './operations.ts'
import { namedFiles } from './other-files.ts'
import { createStudio } from './pictures.ts'
import { createSender, ways } from './send-picture.ts'
import { type FuzzedService, startService } from './service.ts'
import { httpTrials, pictureTrial } from './trials.ts'
import { type Trial, type Tried, tryOut } from './try-out.ts'

interface Options {
  seed: number
  minutes: number
  pictures: number
  only?: 'http' | 'pictures'
  database: 'sqlite' | 'postgresql'
}

const wholeNumber = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

program
  .option('--seed <n>', 'the same inputs as the run that printed it', wholeNumber, randomInt(1_000_000))
  .option('--minutes <n>', 'how long', wholeNumber, 30)
  .option('--pictures <n>', 'not fewer of them, however long that takes', wholeNumber, 10_000)
  .addOption(new Option('--only <part>', 'only one part').choices(['http', 'pictures']))
  .addOption(new Option('--database <name>', 'which').choices(['sqlite', 'postgresql']).default('sqlite'))

/** Batches of a kind before it is the turn of the next. */
const batchesPerTurn = 60

const print = (text: string) => process.stdout.write(`${text}\n`)
const sent = new Map<string, number>()
const ends = new Map<string, number>()
const add = (counts: Map<string, number>, name: string, count = 1) => counts.set(name, (counts.get(name) ?? 0) + count)

function note({ name, inputs, found }: Tried): void {
  add(sent, name, inputs)
  if (!found) return
  process.exitCode = 1
  print(`FOUND ${found}`)
}

async function rest(
  service: FuzzedService,
  before: Awaited<ReturnType<FuzzedService['vitals']>>,
  what: string,
): Promise<void> {
  try {
    const { rss, hostRss, heapUsed, sockets } = await checkAtRest(service, before)
    const mebibytes = [rss, hostRss, heapUsed].map((bytes) => Math.round(bytes / 1024 / 1024))
    print(
      `${what}: at rest ${mebibytes[0]} MiB, its heap ${mebibytes[2]}, the image host ${mebibytes[1]}; ${sockets} sockets`,
    )
  } catch (error) {
    note({ name: what, inputs: 0, found: (error as Error).message })
  }
}

async function fuzzHttp({ seed, database }: Options, until: number): Promise<void> {
  const postgres = database === 'postgresql' ? await startPostgres() : null
  await using service = await startService(postgres ? { DATABASE_URL: postgres.url } : {})
  const known = await learn(service)
  await using poster = createPoster(() => service.url)
  const trials = Object.values(httpTrials(service, poster, known)) as Trial<unknown>[]
  const before = await service.vitals()
  for (let turn = 0; Date.now() < until; turn += 1) {
    for (const trial of trials) {
      note(
        await tryOut(service, trial, { seed: seed + turn, runs: batchesPerTurn, timeMs: until - Date.now() + 60_000 }),
      )
    }
    await rest(service, before, `HTTP, turn ${turn + 1}`)
  }
  await postgres?.stop()
}

async function fuzzPictures({ seed, pictures }: Options, until: number): Promise<void> {
  const studio = await createStudio()
  await using service = await startService({ DEFAULT_RECIPES: 'presets' })
  await using sender = createSender(() => service.url)
  await learn(service)
  const before = await service.vitals()
  for (const [name, make] of Object.entries(namedFiles)) {
    for (const way of ways)
      add(ends, await sender.send({ bytes: make(), way, filename: `${name}.jpg`, recipe: 'presets' }))
    add(sent, 'named files', ways.length)
  }
  const trial = pictureTrial(studio, sender, (end) => add(ends, end))
  for (let turn = 0; Date.now() < until || (sent.get('pictures') ?? 0) < pictures; turn += 1) {
    note(await tryOut(service, trial, { seed: seed + turn, runs: batchesPerTurn, timeMs: 600_000 }))
    await rest(service, before, `pictures, turn ${turn + 1} (${sent.get('pictures')})`)
  }
  print(`the image host was started anew ${service.hostRestarts()} times`)
  if (service.hostRestarts() > 0) process.exitCode = 1
}

async function main(options: Options): Promise<void> {
  print(`seed ${options.seed}`)
  const until = Date.now() + options.minutes * 60_000
  const parts = { http: fuzzHttp, pictures: fuzzPictures }
  const chosen = options.only ? [parts[options.only]] : Object.values(parts)
  await Promise.all(chosen.map((part) => part(options, until)))
  for (const [title, counts] of [
    ['sent', sent],
    ['how pictures ended', ends],
  ] as const) {
    print(`\n${title}`)
    for (const [name, count] of [...counts].sort((a, b) => b[1] - a[1])) print(`${String(count).padStart(9)}  ${name}`)
  }
}

await main(program.parse().opts<Options>())
