// npm run test:fuzz -- [--seed 1] [--minutes 30] [--pictures 10000] [--only http|tokens|pictures|forms|…] [--database postgresql]
// sends the built service what no client should; says what was sent and what was found, and exits 1 for anything found
import { randomInt } from 'node:crypto'
import { InvalidArgumentError, Option, program } from 'commander'
import { startPostgres } from '../support/postgres.ts'
import { checkAtRest } from './at-rest.ts'
import { namedFiles } from './other-files.ts'
import { ways } from './send-picture.ts'
import type { Vitals } from './service.ts'
import { type SetUp, setUpHttp, setUpPictures, setUpTokens } from './set-ups.ts'
import { allInputs, count, counted, markdown, serverErrors } from './tally.ts'
import { httpKinds, type Kind, tokenKinds } from './trials.ts'
import { tryOut } from './try-out.ts'

type PartName = 'http' | 'tokens' | 'pictures'

interface Options {
  seed: number
  minutes: number
  pictures: number
  only?: PartName | Kind
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
  .addOption(
    new Option('--only <part>', 'only one part').choices(['http', 'tokens', 'pictures', ...httpKinds, ...tokenKinds]),
  )
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

const isWanted = (part: PartName, kind: Kind) => [undefined, part, kind].includes(options.only)

function report(fault: string | null): void {
  if (!fault) return
  faults.push(fault)
  print(`FOUND ${fault}`)
}

/** Every ten seconds: how many so far, how many a second, and how long it goes on. */
function showProgress(): void {
  const seconds = (Date.now() - startedAt) / 1_000
  const pictures = counted('inputs', 'pictures')
  const missing = isWanted('pictures', 'pictures') ? Math.max(0, options.pictures - pictures) : 0
  picturesSince ??= pictures > 0 ? Date.now() : undefined
  const perPicture = picturesSince ? (Date.now() - picturesSince) / 1_000 / pictures : 0
  const left = Math.max((until - Date.now()) / 1_000, missing * perPicture)
  const eta = `${Math.max(0, left / 60).toFixed(1)} min left`
  print(
    `${allInputs()} inputs (${pictures} pictures), ${(allInputs() / seconds).toFixed(0)}/s, ${eta}, ${faults.length} found`,
  )
}

async function rest({ service, before }: SetUp<Kind>): Promise<Vitals | null> {
  try {
    return await checkAtRest(service, before)
  } catch (error) {
    report((error as Error).message)
    return null
  }
}

/** Turn by turn until the time is over and `isEnough`, or only the one batch of `--path`. */
async function takeTurns(part: PartName, kinds: readonly Kind[], opened: SetUp<Kind>, isEnough = () => true) {
  const { service, trials, before } = opened
  let after = before
  for (let turn = 0; turn === 0 || (path === undefined && !(Date.now() > until && isEnough())); turn += 1) {
    for (const kind of kinds.filter((each) => isWanted(part, each))) {
      const timeMs = isEnough() ? Math.max(1_000, until - Date.now()) : 600_000
      const bounds = { seed: options.seed + turn, runs: batchesPerTurn, timeMs, path }
      report((await tryOut(service, trials[kind], bounds)).found)
    }
    after = (await rest(opened)) ?? after
  }
  const grown = (what: 'rss' | 'heapUsed' | 'hostRss') => `${mebibytes(before[what])} to ${mebibytes(after[what])}`
  memory.push(`${part}: RSS ${grown('rss')} MiB, heap ${grown('heapUsed')}, image host ${grown('hostRss')}`)
  crashes += service.crashes()
  hostRestarts += service.hostRestarts()
}

async function fuzzHttp(): Promise<void> {
  const postgres = options.database === 'postgresql' ? await startPostgres() : null
  {
    await using opened = await setUpHttp(postgres ? { DATABASE_URL: postgres.url } : {})
    await takeTurns('http', httpKinds, opened as SetUp<Kind>)
  }
  await postgres?.stop()
}

async function fuzzTokens(): Promise<void> {
  await using opened = await setUpTokens()
  await takeTurns('tokens', tokenKinds, opened as SetUp<Kind>)
}

async function fuzzPictures(): Promise<void> {
  const onEnd = (end: string) => count('how pictures ended', end)
  await using opened = await setUpPictures(onEnd)
  for (const [name, make] of path === undefined ? Object.entries(namedFiles) : []) {
    for (const way of ways) {
      onEnd(await opened.sender.send({ bytes: make(), way, filename: `${name}.jpg`, recipe: 'presets' }))
      count('inputs', 'named files')
    }
  }
  const isEnough = () => counted('inputs', 'pictures') >= options.pictures
  await takeTurns('pictures', ['pictures'], opened as SetUp<Kind>, isEnough)
}

print(`seed ${options.seed}`)
const progress = setInterval(showProgress, 10_000)
await Promise.all([
  httpKinds.some((kind) => isWanted('http', kind)) && fuzzHttp(),
  tokenKinds.some((kind) => isWanted('tokens', kind)) && fuzzTokens(),
  isWanted('pictures', 'pictures') && fuzzPictures(),
])
clearInterval(progress)
showProgress()
const summary = [
  `Seed ${options.seed}, ${((Date.now() - startedAt) / 60_000).toFixed(1)} minutes, ${allInputs().toLocaleString('en')} inputs: `,
  `${crashes} crashes, ${serverErrors()} answers of 5xx, ${hostRestarts} restarts of the image host, ${faults.length} faults.`,
]
print(`\n${summary.join('')}\n\n${memory.join('; ')}.\n\n${markdown()}`)
if (faults.length + crashes + hostRestarts > 0) process.exitCode = 1
