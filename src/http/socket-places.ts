import type { WebSocket } from 'ws'
import { rateLimitKey, type Viewer } from '../auth/viewer.ts'

export interface SocketLimits {
  /** at once, over all clients */
  total: number
  /** at once, of one token */
  perClient: number
}

/** How many may not have said yet who they are: they have places of their own, and so take nobody's who has. */
const maxUnknown = 100

/** Who has how many WebSockets open. */
export function createSocketPlaces(limits: SocketLimits) {
  const unknown = new Set<WebSocket>()
  const known = new Map<WebSocket, string | null>()

  return {
    isFull: () => unknown.size >= maxUnknown || unknown.size + known.size >= limits.total + maxUnknown,
    isKnown: (socket: WebSocket) => known.has(socket),
    begin(socket: WebSocket): void {
      unknown.add(socket)
      socket.once('close', () => {
        unknown.delete(socket)
        known.delete(socket)
      })
    },
    /** false: whoever it is has as many as a client may, or all together have */
    admit(socket: WebSocket, viewer: Viewer): boolean {
      const key = rateLimitKey(viewer)
      const count = key === null ? 0 : [...known.values()].filter((other) => other === key).length
      if (count >= limits.perClient || known.size >= limits.total) return false
      unknown.delete(socket)
      known.set(socket, key)
      return true
    },
  }
}

export type SocketPlaces = ReturnType<typeof createSocketPlaces>
