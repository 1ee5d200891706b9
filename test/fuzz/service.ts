import { mkdir, readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { createDataDir, type Server, startServer } from '../support/server.ts'
import type { Asked } from './ask.ts'

export interface Vitals {
  /** bytes, after a collection */
  heapUsed: number
  rss: number
  /** by Node's names: sockets, timers, requests to the disk */
  resources: Record<string, number>
  /** open descriptors that are sockets */
  sockets: number
  /** of the image host, bytes */
  hostRss: number
  /** of the folders for temporary files, the system's for this service included */
  tempFiles: string[]
}

export interface FuzzedService extends Asked, AsyncDisposable {
  /** What it has said or done since the last call that no request may make it do, in sentences. */
  complaints(): string[]
  /** starts it anew where it has ended, so that a failure can be shrunk */
  revive(): Promise<void>
  vitals(): Promise<Vitals>
  /** how often the process ended by itself, and its image host */
  crashes(): number
  hostRestarts(): number
}

const probe = new URL('probe.mjs', import.meta.url).pathname

/** pino's number; above it are errors */
const warning = 40

/**
 * dist/main.js as a process of its own, with a probe in it; `env` as in docs/configuration.md, `headers` are those of
 * somebody who may do everything.
 */
export async function startService(
  env: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<FuzzedService> {
  const folder = await createDataDir()
  const temp = path.join(folder.dir, 'tmp')
  await mkdir(temp)
  const said: string[] = []
  let restarts = 0
  let crashes = 0
  let hasEnded = false
  let stopping = false
  let onVitals: (vitals: Told) => void = () => {}

  function hear(line: string): void {
    const entry = parse(line)
    if (entry.vitals) onVitals(entry.vitals)
    // a picture that is broken is no fault of the service
    else if (!entry.url && entry.msg !== 'a task failed' && (entry.level ?? warning) >= warning) said.push(line)
    if (entry.msg?.startsWith('the image host ended')) restarts += 1
  }

  async function start(): Promise<Server> {
    const settings = { TMPDIR: temp, RETRY_BASE_SECONDS: '0', ...env }
    // without source maps: the first stack that is read would load those of all libraries, 65 MB of heap for good
    const options = ['--expose-gc', '--import', probe]
    const server = await startServer(path.join(folder.dir, 'data'), settings, options, hear)
    hasEnded = false
    void server.ended.then((ending) => {
      hasEnded = true
      if (stopping) return
      crashes += 1
      said.push(`The service ended (${ending}).`)
    })
    return server
  }

  let server = await start()
  return {
    headers,
    get url() {
      return server.url
    },
    complaints: () => said.splice(0),
    crashes: () => crashes,
    hostRestarts: () => restarts,
    async revive() {
      if (hasEnded) server = await start()
    },
    async vitals() {
      const told = new Promise<Told>((resolve) => {
        onVitals = resolve
      })
      process.kill(server.pid, 'SIGUSR2')
      return {
        ...(await told),
        sockets: await countSockets(server.pid),
        hostRss: await rssOf(await server.hostPid()),
        tempFiles: await listTemp(folder.dir),
      }
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      if (!hasEnded) await server.stop('SIGTERM')
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** What the probe tells. */
type Told = Pick<Vitals, 'heapUsed' | 'rss' | 'resources'>

interface Entry {
  level?: number
  msg?: string
  url?: string
  vitals?: Told
}

function parse(line: string): Entry {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return { msg: line }
  }
}

async function countSockets(pid: number): Promise<number> {
  const links = await readdir(`/proc/${pid}/fd`)
  const targets = await Promise.all(links.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  return targets.filter((target) => target.startsWith('socket:')).length
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
}

/** Files in what the service uses for a while only; a sent file that is not completed yet is none. */
async function listTemp(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .filter((file) => file.startsWith('tmp/') || /\/\./.test(file))
}
