import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { freePort } from './free-port.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type Redis, startRedis } from './redis.ts'
import { createDataDir, type Process, type Server, startServer, startWorker, type Worker } from './server.ts'

/** Servers and workers on one machine, which share PostgreSQL, Redis and a DATA_DIR. */
export interface Fleet extends AsyncDisposable {
  dataDir: string
  postgres: Postgres
  redis: Redis
  /** the servers' addresses, which stay theirs when they are restarted */
  urls: readonly string[]
  /** ends a server in order, and starts it again; resolves to its exit code when it listens again */
  restartServer(index: number): Promise<number | string | null>
  /** kills a worker and its image host sees to itself; another one takes its place, which this does not wait for */
  killWorker(index: number): Promise<void>
  /** one worker more, which only its caller ends */
  startWorker(env?: Record<string, string>): Promise<Worker>
  /** the first one again, for what comes after the end */
  startServer(): Promise<Server>
  /** by what they are, each with what it has started */
  pids(): Promise<{ workers: number[]; server: number[]; PostgreSQL: number[]; Redis: number[] }>
  /** ends workers, then servers, in order; returns what there is to say of those that did not end so, or by themselves */
  end(): Promise<string[]>
}

interface Options {
  servers: number
  workers: number
  env?: Record<string, string>
}

/** Throws where PostgreSQL or Redis is not installed. */
export async function startFleet({ servers: serverCount, workers: workerCount, env = {} }: Options): Promise<Fleet> {
  await using resources = new AsyncDisposableStack()
  const [postgres, redis] = await Promise.all([startPostgres({ durable: true }), startRedis()])
  if (postgres) resources.defer(() => postgres.stop())
  if (redis) resources.defer(() => redis.stop())
  if (!postgres || !redis) throw new Error('PostgreSQL or Redis is not installed.')
  const data = resources.use(await createDataDir())
  const ports = await Promise.all(Array.from({ length: serverCount }, freePort))
  const urls = ports.map((port) => `http://localhost:${port}`)
  const shared = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    PUBLIC_BASE_URL: `${urls[0]}/media`,
    IMAGE_THREADS: '1',
    LOG_LEVEL: 'info',
    ...env,
  }
  const deaths: string[] = []
  const told = new Set<Process>()
  function watch<T extends Process>(process: T): T {
    void process.ended.then((ending) => {
      if (!told.has(process)) deaths.push(`A process ended by itself with ${ending}: ${process.output().slice(-2_000)}`)
    })
    return process
  }
  const end = (process: Process, signal: NodeJS.Signals) => {
    told.add(process)
    return process.stop(signal)
  }
  const serve = async (port = 0) =>
    watch(await startServer(data.dir, { ...shared, PORT: String(port), CONCURRENCY: '0' }))
  const work = (more = {}) => startWorker({ DATA_DIR: data.dir, ...shared, ...more })
  const workOn = async () => watch(await work())

  const servers: Promise<Server>[] = ports.map(serve)
  const workers: Promise<Process>[] = Array.from({ length: workerCount }, workOn)
  const processes = () => Promise.allSettled([...servers, ...workers])
  resources.defer(async () => {
    for (const each of await processes()) if (each.status === 'fulfilled') await end(each.value, 'SIGKILL')
  })
  await Promise.all([...servers, ...workers])

  async function stop(started: Promise<Process>): Promise<string[]> {
    const process = await started
    const ending = await end(process, 'SIGTERM')
    return ending === 0 ? [] : [`A process ended with ${ending}: ${process.output().slice(-2_000)}`]
  }

  const owned = resources.move()
  return {
    dataDir: data.dir,
    postgres,
    redis,
    urls,
    async restartServer(index) {
      const server = await servers[index]
      const ending = server ? await end(server, 'SIGTERM') : null
      servers[index] = serve(ports[index])
      await servers[index]
      return ending
    },
    async killWorker(index) {
      const worker = await workers[index]
      if (worker) await end(worker, 'SIGKILL')
      workers[index] = workOn()
      // it is waited for, and its failure told, at the end
      workers[index].catch(() => {})
    },
    startWorker: work,
    startServer: () => serve(ports[0]),
    async pids() {
      const of = async (started: readonly Promise<Process>[]) => (await Promise.all(started)).map(({ pid }) => pid)
      const databases = { PostgreSQL: [postgres.pid()], Redis: [redis.pid()] }
      return { workers: await of(workers), server: await of(servers), ...databases }
    },
    async end() {
      const problems = await Promise.all(workers.map(stop))
      return [...problems, ...(await Promise.all(servers.map(stop))), deaths].flat()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
