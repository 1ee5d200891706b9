import { setTimeout as sleep } from 'node:timers/promises'
import { openSocket } from '../support/sockets.ts'

/** A bare socket to the service, closed when disposed. */
export interface Connection extends AsyncDisposable {
  /** everything that came back so far */
  heard(): Buffer
  readonly ended: boolean
  /** resolves when the kernel has it, or the connection is gone */
  write(bytes: string | Buffer): Promise<void>
  /** nothing more will be said; what the service says is still heard */
  end(): void
  /** gone without a word */
  reset(): void
  /** resolves to whether it has ended within so many ms */
  endsWithin(ms: number): Promise<boolean>
}

export async function openConnection(url: string): Promise<Connection> {
  const socket = await openSocket(url)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return {
    heard: () => Buffer.concat(chunks),
    get ended() {
      return socket.closed
    },
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
    async endsWithin(ms) {
      await Promise.race([closed, sleep(ms, undefined, { ref: false })])
      return socket.closed
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  }
}
