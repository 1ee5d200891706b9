import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A bare socket to the service, closed when disposed. */
export interface Connection extends Disposable {
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

export function openConnection(port: number): Connection {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  let ended = false
  const over = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended = true
      resolve()
    })
  })
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.on('end', () => socket.end())
  return {
    heard: () => Buffer.concat(chunks),
    get ended() {
      return ended
    },
    write: (bytes) => Promise.race([over, new Promise<void>((resolve) => socket.write(bytes, () => resolve()))]),
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
    async endsWithin(ms) {
      await Promise.race([over, sleep(ms, undefined, { ref: false })])
      return ended
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}
