import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A database server, which can be ended and started again on the same port. */
export interface ServerProgram {
  /** starts it; resolves when it accepts connections */
  start(): Promise<void>
  /** SIGSTOP makes it hang, and SIGCONT go on */
  send(signal: NodeJS.Signals): void
  /** ends it with this signal; resolves when it has ended */
  end(signal: NodeJS.Signals): Promise<void>
  pid(): number
}

interface Command {
  name: string
  file: string
  args: readonly string[]
  options?: SpawnOptions
}

const ready = /ready to accept connections/i

export function createServerProgram({ name, file, args, options = {} }: Command): ServerProgram {
  let child: ChildProcess | null = null

  const isRunning = () => child !== null && child.exitCode === null && child.signalCode === null

  return {
    async start() {
      const started = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      const output: string[] = []
      await new Promise<void>((resolve, reject) => {
        for (const stream of [started.stdout, started.stderr]) {
          stream?.on('data', (text) => {
            output.push(String(text))
            if (ready.test(output.join(''))) resolve()
          })
        }
        started.once('exit', () => reject(new Error(`${name} did not start: ${output.join('').slice(-2_000)}`)))
      })
      // or the pipe fills and the server waits
      for (const stream of [started.stdout, started.stderr]) stream?.removeAllListeners('data').resume()
    },
    send: (signal) => void child?.kill(signal),
    async end(signal) {
      if (!child || !isRunning()) return
      const exited = once(child, 'exit')
      // one that hangs hears nothing else
      child.kill('SIGCONT')
      child.kill(signal)
      await exited
    },
    pid: () => child?.pid ?? 0,
  }
}
