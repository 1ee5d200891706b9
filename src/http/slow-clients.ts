import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Finds clients that have taken nothing of what is written to them for so long, ms, and hands them over to be dropped:
 * what waits for them is held in memory. Returns what stops it.
 */
export function watchSlowClients(server: Server, stalledMs: number, drop: (socket: Socket) => void): () => void {
  const sockets = new Map<Socket, { taken: number; since: number }>()
  server.on('connection', (socket) => {
    sockets.set(socket, { taken: 0, since: Date.now() })
    socket.once('close', () => sockets.delete(socket))
  })

  function look(): void {
    const now = Date.now()
    for (const [socket, last] of sockets) {
      // whole writes that the kernel has taken
      const taken = socket.bytesWritten - socket.writableLength
      if (socket.writableLength === 0 || taken !== last.taken) sockets.set(socket, { taken, since: now })
      else if (now - last.since >= stalledMs) drop(socket)
    }
  }

  const timer = setInterval(look, Math.min(1_000, stalledMs / 4)).unref()
  return () => clearInterval(timer)
}
