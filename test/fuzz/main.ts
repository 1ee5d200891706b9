// npm run test:fuzz -- [--seed 1] [--minutes 30] [--pictures 10000] [--only http|pictures|forms|…] [--database postgresql]
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
import { type FuzzedService, startService, type Vitals } from './service.ts'
import { allInputs, count, counted, markdown, serverErrors } from './tally.ts'
import { httpTrials, pictureTrial } from './trials.ts'
import { type Trial, tryOut } from './try-out.ts'

const httpKinds = ['requests', 'pipelines', 'forms', 'transfers', 'operations', 'sessions'] as const

interface Options {
  seed: number
  minutes: number
  pictures: number
  only?: 'http' | 'pictures' | (typeof httpKinds)[number]
  path?: string
  database: 'sqlite' | 'postgresql'
}

const wholeNumber = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const options = program
  .option('--seed <n>', 'the same inputs as the run that printed it', wholeNumber, randomInt(1_000_000))
  .option('--minutes <n>', 'how long', wholeNumber, 30)
  .option('--pictures <n>', 'not fewer of them, however long that takes', wholeNumber, 10_000)
  .addOption(new Option('--only <part>', 'only one part').choices(['http', 'pictures', ...httpKinds]))
  .option('--path <path>', 'only the batch that a run with --only and --seed printed')
  .addOption(new Option('--database <name>', 'which').choices(['sqlite', 'postgresql']).default('sqlite'))
  .parse()
  .opts<Options>()

/** Batches of a kind before it is the turn of the next. */
const batchesPerTurn = 40

const startedAt = Date.now()
const until = startedAt + options.minutes * 60_000
const { path } = options
const faults: string[] = []
let crashes = 0
let hostRestarts = 0
let picturesSince: number | undefined
const memory: string[] = []

const print = (text: string) => process.stdout.write(`${text}\n`)
const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024)

function report(fault: string | null): void {
  if (!fault) return
  faults.push(fault)
  print(`FOUND ${fault}`)
}

/** Every ten seconds: how many so far, how many a second, and how long it goes on. */
function showProgress(): void {
  const seconds = (Date.now() - startedAt) / 1_000
  const pictures = counted('inputs', 'pictures')
  const missing = options.only && options.only !== 'pictures' ? 0 : Math.max(0, options.pictures - pictures)
  picturesSince ??= pictures > 0 ? Date.now() : undefined
  const perPicture = picturesSince ? (Date.now() - picturesSince) / 1_000 / pictures : 0
  const left = Math.max((until - Date.now()) / 1_000, missing * perPicture)
  const eta = `${Math.max(0, left / 60).toFixed(1)} min left`
  print(
    `${allInputs()} inputs (${pictures} pictures), ${(allInputs() / seconds).toFixed(0)}/s, ${eta}, ${faults.length} found`,
  )
}

async function rest(service: FuzzedService, before: Vitals): Promise<Vitals | null> {
  try {
    return await checkAtRest(service, before)
  } catch (error) {
    report((error as Error).message)
    return null
  }
}

/** Turn by turn until the time is over and `isEnough`, or only the one batch of `--path`. */
async function takeTurns(name: string, service: FuzzedService, trials: Trial<unknown>[], isEnough: () => boolean) {
  const before = await service.vitals()
  let after: Vitals | null = null
  for (let turn = 0; turn === 0 || (path === undefined && !(Date.now() > until && isEnough())); turn += 1) {
    for (const trial of trials) {
      const timeMs = isEnough() ? Math.max(1_000, until - Date.now()) : 600_000
      report((await tryOut(service, trial, { seed: options.seed + turn, runs: batchesPerTurn, timeMs, path })).found)
    }
    after = (await rest(service, before)) ?? after
  }
  const grown = (what: 'rss' | 'heapUsed' | 'hostRss') =>
    `${mebibytes(before[what])} to ${mebibytes(after?.[what] ?? 0)}`
  memory.push(`${name}: RSS ${grown('rss')} MiB, heap ${grown('heapUsed')}, image host ${grown('hostRss')}`)
  crashes += service.crashes()
  hostRestarts += service.hostRestarts()
}

async function fuzzHttp(): Promise<void> {
  const postgres = options.database === 'postgresql' ? await startPostgres() : null
  {
    await using service = await startService(postgres ? { DATABASE_URL: postgres.url } : {})
    await using poster = createPoster(() => service.url)
    const trials = httpTrials(service, poster, await learn(service))
    const kinds = httpKinds.filter((kind) => options.only === kind)
    const chosen = (kinds.length > 0 ? kinds : httpKinds).map((kind) => trials[kind] as Trial<unknown>)
    await takeTurns('HTTP', service, chosen, () => true)
  }
  await postgres?.stop()
}

async function fuzzPictures(): Promise<void> {
  const studio = await createStudio()
  await using service = await startService({ DEFAULT_RECIPES: 'presets' })
  await using sender = createSender(() => service.url)
  await learn(service)
  const onEnd = (end: string) => count('how pictures ended', end)
  for (const [name, make] of path === undefined ? Object.entries(namedFiles) : []) {
    for (const way of ways) {
      onEnd(await sender.send({ bytes: make(), way, filename: `${name}.jpg`, recipe: 'presets' }))
      count('inputs', 'named files')
    }
  }
  const trial = pictureTrial(studio, sender, onEnd) as Trial<unknown>
  await takeTurns('pictures', service, [trial], () => counted('inputs', 'pictures') >= options.pictures)
}

print(`seed ${options.seed}`)
const progress = setInterval(showProgress, 10_000)
await Promise.all([
  ...(options.only === 'pictures' ? [] : [fuzzHttp()]),
  ...(options.only === undefined || options.only === 'pictures' ? [fuzzPictures()] : []),
])
clearInterval(progress)
showProgress()
const summary = [
  `Seed ${options.seed}, ${((Date.now() - startedAt) / 60_000).toFixed(1)} minutes, ${allInputs().toLocaleString('en')} inputs: `,
  `${crashes} crashes, ${serverErrors()} answers of 5xx, ${hostRestarts} restarts of the image host, ${faults.length} faults.`,
]
print(`\n${summary.join('')}\n\n${memory.join('; ')}.\n\n${markdown()}`)
if (faults.length + crashes + hostRestarts > 0) process.exitCode = 1
