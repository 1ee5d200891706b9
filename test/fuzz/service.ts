import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createDataDir } from '../support/server.ts'

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

export interface FuzzedService extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly dataDir: string
  /** What it has said or done since the last call that no request may make it do, in sentences. */
  complaints(): string[]
  /** starts it anew where it has ended, so that a failure can be shrunk */
  revive(): Promise<void>
  vitals(): Promise<Vitals>
  /** how often the process ended by itself, and its image host */
  crashes(): number
  hostRestarts(): number
}

/** What the log may say at the level of a warning, whatever is sent. */
const harmless = [/^graphql$/]

/** dist/main.js as a process of its own, with a probe in it; `env` as in docs/configuration.md. */
export async function startService(env: Record<string, string> = {}): Promise<FuzzedService> {
  const folder = await createDataDir()
  const temp = path.join(folder.dir, 'tmp')
  await mkdir(temp)
  const said: string[] = []
  let restarts = 0
  let crashes = 0
  let child: ChildProcess
  let url = ''
  let onVitals: ((vitals: Pick<Vitals, 'heapUsed' | 'rss' | 'resources'>) => void) | null = null
  let stopping = false

  function read(line: string, listening: (url: string) => void): void {
    const entry = parse(line)
    if (entry.vitals) onVitals?.(entry.vitals)
    else if (entry.url) listening(entry.url)
    else if ((entry.level ?? 60) >= 40 && !harmless.some((each) => each.test(entry.msg ?? ''))) said.push(line)
    if (entry.msg?.startsWith('the image host ended')) restarts += 1
  }

  async function start(): Promise<void> {
    const probe = new URL('probe.mjs', import.meta.url).pathname
    child = spawn(process.execPath, ['--expose-gc', '--enable-source-maps', '--import', probe, 'dist/main.js'], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        DATA_DIR: path.join(folder.dir, 'data'),
        TMPDIR: temp,
        RETRY_BASE_SECONDS: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const started = child
    const { stdout, stderr } = started
    if (!stdout || !stderr) throw new Error('The service has no output.')
    createInterface({ input: stderr }).on('line', (line) => said.push(`on stderr: ${line}`))
    const ended = once(started, 'exit').then(([code, signal]) => {
      if (stopping) return
      crashes += 1
      said.push(`The service ended (${code ?? signal}).`)
    })
    url = await Promise.race([
      new Promise<string>((resolve) => createInterface({ input: stdout }).on('line', (line) => read(line, resolve))),
      ended.then(() => {
        throw new Error(`The service did not start: ${said.join('\n')}`)
      }),
    ])
  }

  await start()
  return {
    get url() {
      return url
    },
    get port() {
      return Number(new URL(url).port)
    },
    dataDir: path.join(folder.dir, 'data'),
    complaints: () => said.splice(0),
    crashes: () => crashes,
    hostRestarts: () => restarts,
    async revive() {
      if (child.exitCode !== null || child.signalCode !== null) await start()
    },
    async vitals() {
      const told = new Promise<Pick<Vitals, 'heapUsed' | 'rss' | 'resources'>>((resolve) => {
        onVitals = resolve
      })
      child.kill('SIGUSR2')
      const pid = child.pid ?? 0
      return {
        ...(await told),
        sockets: await countSockets(pid),
        hostRss: await hostRss(pid),
        tempFiles: await listTemp(folder.dir),
      }
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill('SIGTERM')
        await exited
      }
      await folder[Symbol.asyncDispose]()
    },
  }
}

interface Entry {
  level?: number
  msg?: string
  url?: string
  vitals?: Pick<Vitals, 'heapUsed' | 'rss' | 'resources'>
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

async function hostRss(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const status = await readFile(`/proc/${children.trim().split(' ')[0]}/status`, 'utf8').catch(() => '')
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
