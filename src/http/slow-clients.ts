import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Finds clients that have taken nothing of what is written to them for so long, ms, and hands them over to be dropped:
 * what waits for them is held in memory. Returns what stops it.
 */
export function watchSlowClients(server: Server, stalledMs: number, drop: (socket: Socket) => void): () => void {
  const sockets = new Map<Socket, { progress: string; since: number }>()
  server.on('connection', (socket) => {
    sockets.set(socket, { progress: '', since: Date.now() })
    socket.once('close', () => sockets.delete(socket))
  })

  function look(): void {
    const now = Date.now()
    for (const [socket, last] of sockets) {
      const progress = progressOf(socket)
      if (socket.writableLength === 0 || progress !== last.progress) sockets.set(socket, { progress, since: now })
      else if (now - last.since >= stalledMs) drop(socket)
    }
  }

  const timer = setInterval(look, Math.min(1_000, stalledMs / 4)).unref()
  return () => clearInterval(timer)
}

/** Changes when the kernel takes something: whole writes, or, as only the handle tells, a part of a large one. */
function progressOf(socket: Socket & { _handle?: { writeQueueSize?: number } | null }): string {
  return `${socket.bytesWritten - socket.writableLength} ${socket._handle?.writeQueueSize}`
}
