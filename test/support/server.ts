import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface Server extends AsyncDisposable {
  url: string
  pid: number
  /** the image host's */
  hostPid(): Promise<number>
  /** ends it and resolves to its exit code, or to the signal that ended it */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

/** A folder for a service's data, gone when disposed. */
export async function createDataDir(): Promise<AsyncDisposable & { dir: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-e2e-'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }) }
}

function spawnServer(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['dist/main.js'], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Starts dist/main.js as a process of its own and waits until it listens. */
export async function startServer(dataDir: string, env: Record<string, string> = {}): Promise<Server> {
  const child = spawnServer({ DATA_DIR: dataDir, ...env })
  const { pid = 0 } = child
  const url = await listening(child)
  const exit = once(child, 'exit')
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code, killedBy] = await exit
    return code ?? killedBy
  }
  return {
    url,
    pid,
    stop,
    async hostPid() {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
      return Number(children.trim().split(' ')[0])
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL')
    },
  }
}

async function listening(child: ChildProcess): Promise<string> {
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
  throw new Error(`The service did not start: ${errors.join('')}`)
}

/** Runs dist/main.js until it ends by itself. */
export async function runToEnd(env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const child = spawnServer(env)
  const errors: string[] = []
  child.stderr?.on('data', (text) => errors.push(String(text)))
  const [code] = await once(child, 'exit')
  return { code, stderr: errors.join('') }
}
