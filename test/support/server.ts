import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { dropDatabases, withDatabase } from './service-database.ts'

export interface Server extends Process {
  url: string
}

/** A worker's address is null where it listens nowhere. */
export interface Worker extends Process {
  url: string | null
}

/** A process of the built service. */
export interface Process extends AsyncDisposable {
  pid: number
  /** the image host's */
  hostPid(): Promise<number>
  /** what it has logged and said so far, where nobody else hears it */
  output(): string
  /** ends it and resolves to its exit code, or to the signal that ended it */
  stop(signal: NodeJS.Signals): Promise<Ending>
  /** resolves when it has ended, by itself or not */
  ended: Promise<Ending>
}

/** An exit code, or the signal that ended a process. */
export type Ending = number | NodeJS.Signals | null

/** The service ended before it listened. */
export class NotStartedError extends Error {
  override readonly name = 'NotStartedError'
  readonly ending: Ending
  constructor(ending: Ending, stderr: string) {
    super(`The service did not start (${ending}): ${stderr}`)
    this.ending = ending
  }
}

/** A folder for a service's data, gone when disposed. */
export async function createDataDir(): Promise<AsyncDisposable & { dir: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-e2e-'))
  return {
    dir,
    async [Symbol.asyncDispose]() {
      await dropDatabases(dir)
      await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function spawnService(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Starts dist/main.js as a process of its own and waits until it listens; `onLine` hears whatever it says. */
export async function startServer(
  dataDir: string,
  env: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
  onLine?: (line: string) => void,
): Promise<Server> {
  const { url, ...server } = await start([...nodeOptions, 'dist/main.js'], { DATA_DIR: dataDir, ...env }, onLine)
  if (!url) throw new Error('The service did not say where it listens.')
  return { url, ...server }
}

/** Starts `greenroom worker` and waits until it works. */
export function startWorker(env: Record<string, string>): Promise<Worker> {
  return start(['dist/cli.js', 'worker'], env)
}

async function start(args: readonly string[], env: Record<string, string>, onLine?: (line: string) => void) {
  const child = spawnService(args, await withDatabase(env))
  const { pid = 0 } = child
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream && onLine) createInterface(stream).on('line', onLine)
    else stream?.on('data', (text) => output.push(String(text)))
  }
  const ended: Promise<Ending> = once(child, 'exit').then(([code, signal]) => code ?? signal)
  const url = await ready(child, ended)
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return {
    url,
    pid,
    stop,
    ended,
    output: () => output.join(''),
    async hostPid() {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
      return Number(children.trim().split(' ')[0])
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL')
    },
  }
}

/** Resolves to what it then says of its address. */
async function ready(child: ChildProcess, ended: Promise<Ending>): Promise<string | null> {
  const errors: string[] = []
  child.stderr?.on('data', (text) => errors.push(String(text)))
  if (child.stdout) {
    for await (const line of createInterface(child.stdout)) {
      const { url } = JSON.parse(line) as { url?: string | null }
      if (url === undefined) continue
      // or the pipe fills and the service waits
      child.stdout.resume()
      return url
    }
  }
  throw new NotStartedError(await ended, errors.join(''))
}

/** Runs dist/main.js, or another program with its arguments, until it ends by itself. */
export async function runToEnd(
  env: Record<string, string>,
  args: readonly string[] = ['dist/main.js'],
): Promise<{ code: number | null; stderr: string }> {
  const child = spawnService(args, await withDatabase(env))
  const errors: string[] = []
  child.stderr?.on('data', (text) => errors.push(String(text)))
  const [code] = await once(child, 'exit')
  return { code, stderr: errors.join('') }
}
