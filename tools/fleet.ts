// The distributed set-up on one machine, without containers: PostgreSQL, Redis, servers and workers, each a process.
// `npm run fleet` starts it and processes the sample photos; `npm run fleet -- --help` tells the rest.
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { InvalidArgumentError, program } from 'commander'
import { type Api, createApi } from '../src/cli/api.ts'
import { showPhotos } from '../src/cli/demo-photos.ts'
import { defaultMegapixelsInFlight, usableCores } from '../src/services/machine.ts'
import { abortWhen, untilStopped } from '../src/signals.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { startRedis } from '../test/support/redis.ts'
import { type Member, startMember } from './fleet-member.ts'

interface Options {
  servers: number
  workers: number
  once: boolean
}

const some = (text: string) => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 99.')
  return Number(text)
}

program
  .name('npm run fleet --')
  .description('start servers and workers on one machine, process the sample photos, and leave all running')
  .option('--servers <n>', 'how many; the first listens on PORT, the others on the ports after it', some, 2)
  .option('--workers <n>', 'how many', some, 3)
  .option('--once', 'end when the photos are done, with 1 when something failed', false)
  .addHelpText(
    'after',
    `
PostgreSQL and Redis are started where they are installed; or give DATABASE_URL and REDIS_URL. Everything that is made
lies in DATA_DIR (data/fleet), PostgreSQL too: delete the folder to begin anew. All other variables go to every process.`,
  )

const print = (text: string) => console.log(text)
const env = process.env
const dataDir = path.resolve(env.DATA_DIR ?? 'data/fleet')

class MissingError extends Error {
  constructor(what: string, variable: string, packageName: string) {
    super(
      `${what} is not installed here: sudo apt-get install ${packageName}, or npm run test:setup; or set ${variable}.`,
    )
  }
}

/** Those that are given, or ones of our own. */
async function openDatabases(resources: AsyncDisposableStack) {
  async function started<T extends { url: string; stop(): Promise<void> }>(server: T | null, missing: MissingError) {
    if (!server) throw missing
    resources.defer(() => server.stop())
    return server.url
  }
  const detached = true
  const postgres = () => startPostgres({ durable: true, keptIn: path.join(dataDir, 'postgres'), detached })
  const noPostgres = new MissingError('PostgreSQL', 'DATABASE_URL', 'postgresql')
  const noRedis = new MissingError('Redis', 'REDIS_URL', 'redis-server')
  return {
    DATABASE_URL: env.DATABASE_URL ?? (await started(await postgres(), noPostgres)),
    REDIS_URL: env.REDIS_URL ?? (await started(await startRedis({ detached }), noRedis)),
  }
}

/** What one of so many workers may take of the machine. */
function shareOf(workers: number): Record<string, string> {
  return {
    IMAGE_THREADS: env.IMAGE_THREADS ?? String(Math.max(1, Math.floor(usableCores() / workers))),
    MEGAPIXELS_IN_FLIGHT: env.MEGAPIXELS_IN_FLIGHT ?? String(Math.ceil(defaultMegapixelsInFlight() / workers)),
  }
}

function startMembers({ servers, workers }: Options, databases: Record<string, string>): Member[] {
  const firstPort = Number(env.PORT ?? 4000)
  const shared = {
    ...databases,
    DATA_DIR: dataDir,
    PUBLIC_BASE_URL: env.PUBLIC_BASE_URL ?? `http://localhost:${firstPort}/media`,
  }
  const count = (n: number) => Array.from({ length: n }, (_, index) => index)
  return [
    ...count(servers).map((index) =>
      startMember({
        name: `server ${index + 1}`,
        command: 'serve',
        env: { ...shared, PORT: String(firstPort + index), CONCURRENCY: '0' },
        print,
      }),
    ),
    ...count(workers).map((index) =>
      startMember({
        name: `worker ${index + 1}`,
        command: 'worker',
        env: { ...shared, ...shareOf(workers), WORKER_PORT: '0' },
        print,
      }),
    ),
  ]
}

/** What is sent to the first server is watched through the last. */
function apiOf(urls: readonly string[]): Api {
  const [first = '', last = first] = [urls[0], urls.at(-1)]
  const token = env.GREENROOM_TOKEN || null
  return { ...createApi(last, token), send: createApi(first, token).send }
}

async function main(options: Options): Promise<boolean> {
  const stopped = untilStopped()
  const stopping = abortWhen(stopped)
  await using resources = new AsyncDisposableStack()
  const databases = await openDatabases(resources)
  const members = startMembers(options, databases)
  const [servers, workers] = [members.slice(0, options.servers), members.slice(options.servers)]
  const end = async (some: readonly Member[]) => {
    await Promise.all(some.map((member) => member.stop()))
  }
  resources.defer(() => end(servers))
  resources.defer(() => end(workers))
  await Promise.all(members.map(({ ready }) => ready))
  const firstPort = Number(env.PORT ?? 4000)
  const urls = servers.map((_, index) => `http://localhost:${firstPort + index}`)
  print('\nThe sample photos are on their way.\n')
  const photos = await showPhotos(apiOf(urls), stopping)
  print(`${photos.told}\n`)
  if (options.once || stopping.aborted) return photos.failed === 0
  print(urls.map((url) => `dashboard  ${url}`).join('\n'))
  if (photos.thumbnail) print(`look       ${photos.thumbnail}`)
  print(`processes  ${members.map((member) => `${member.name}: ${member.pid()}`).join(', ')}; kill -9 any of them`)
  print('\nCtrl-C ends the fleet.')
  await stopped
  return photos.failed === 0
}

try {
  if (!(await main(program.parse().opts<Options>()))) process.exitCode = 1
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
