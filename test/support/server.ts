import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { dropDatabases, withDatabase } from './service-database.ts'

export interface Server extends AsyncDisposable {
  url: string
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

function spawnServer(env: Record<string, string>, nodeOptions: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...nodeOptions, 'dist/main.js'], {
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
  const child = spawnServer(await withDatabase({ DATA_DIR: dataDir, ...env }), nodeOptions)
  const { pid = 0 } = child
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream && onLine) createInterface(stream).on('line', onLine)
    else stream?.on('data', (text) => output.push(String(text)))
  }
  const ended: Promise<Ending> = once(child, 'exit').then(([code, signal]) => code ?? signal)
  const url = await listening(child, ended)
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

async function listening(child: ChildProcess, ended: Promise<Ending>): Promise<string> {
  const errors: string[] = []
  child.stderr?.on('data', (text) => errors.push(String(text)))
  if (child.stdout) {
    for await (const line of createInterface(child.stdout)) {
      const { url } = JSON.parse(line) as { url?: string }
      if (!url) continue
      // or the pipe fills and the service waits
      child.stdout.resume()
      return url
    }
  }
  throw new NotStartedError(await ended, errors.join(''))
}

/** Runs dist/main.js until it ends by itself. */
export async function runToEnd(env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const child = spawnServer(await withDatabase(env))
  const errors: string[] = []
  child.stderr?.on('data', (text) => errors.push(String(text)))
  const [code] = await once(child, 'exit')
  return { code, stderr: errors.join('') }
}
