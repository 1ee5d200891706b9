import { tmpdir } from 'node:os'
import { freePort } from './free-port.ts'
import { redisServer } from './installed.ts'
import { createServerProgram } from './server-program.ts'

export interface Redis {
  url: string
  /** kills it: all that it held is gone */
  down(): Promise<void>
  /** starts it again, empty, on the same port */
  up(): Promise<void>
  /** it accepts connections, and answers nothing until it is thawed */
  freeze(): void
  thaw(): void
  pid(): number
  stop(): Promise<void>
}

interface Options {
  /** keeps it from the Ctrl-C of a terminal */
  detached?: boolean
}

/** A throw-away server that keeps nothing on disk, or null where none is installed. */
export async function startRedis({ detached = false }: Options = {}): Promise<Redis | null> {
  if (!redisServer) return null
  const port = await freePort()
  const inMemory = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const program = createServerProgram({
    name: 'Redis',
    file: redisServer,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', tmpdir(), ...inMemory],
    options: { detached },
  })
  await program.start()
  return {
    url: `redis://127.0.0.1:${port}`,
    down: () => program.end('SIGKILL'),
    up: () => program.start(),
    freeze: () => program.send('SIGSTOP'),
    thaw: () => program.send('SIGCONT'),
    pid: program.pid,
    stop: () => program.end('SIGTERM'),
  }
}
