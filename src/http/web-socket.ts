import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Log } from '../log.ts'
import type { Authentication } from './authentication.ts'
import { requestIdHeader, requestIdOf } from './request-id.ts'
import { type Client, createSocketOperations } from './socket-operations.ts'
import { createSocketPlaces, type SocketLimits } from './socket-places.ts'
import type { GraphQLServer } from './yoga.ts'

/** The largest message a client may send, bytes. */
const maxPayload = 64 * 1024

/** How long a client may take to answer the closing of its socket, ms; less when the service ends. */
const closing = { ms: 5_000, atEndMs: 1_000 }

/** How often a client is asked whether it is still there, ms; one that does not answer until the next time is not. */
const pingMs = 12_000

/** What may wait for a client that goes on asking without reading the answers, bytes; less before it says who it is. */
const maxWaiting = { known: 1024 * 1024, unknown: maxPayload }

/** 1013: later it may work, as with a connection that is better. */
const readsTooSlowly = [1013, 'Reads too slowly'] as const

interface Deps {
  yoga: GraphQLServer
  authentication: Authentication
  isForeignPage(request: IncomingMessage): boolean
  limits: SocketLimits
  log: Log
}

/** GraphQL over WebSocket (graphql-transport-ws). */
export function createWebSocket({ limits, ...deps }: Deps) {
  // its types do not know `closeTimeout`
  const serverOptions = { noServer: true, maxPayload, closeTimeout: closing.ms }
  const sockets = new WebSocketServer(serverOptions)
  const bySocket = new WeakMap<Duplex, WebSocket>()
  const places = createSocketPlaces(limits)
  sockets.on('headers', (headers, request) => headers.push(`${requestIdHeader}: ${requestIdOf(request)}`))
  // isProd: what went wrong is in the log, and no business of the client's
  const options = { ...createSocketOperations({ ...deps, places }), isProd: true }
  const served = useServer<Record<string, unknown>, Client>(options, sockets, pingMs)

  /** Ends it with a code, which it hears if it reads on; what it is still sent meanwhile is thrown away. */
  function drop(socket: WebSocket): void {
    socket.removeAllListeners('message')
    socket.close(...readsTooSlowly)
  }

  function accept(socket: WebSocket, raw: Duplex, request: IncomingMessage): void {
    bySocket.set(raw, socket)
    places.begin(socket)
    forgiveWrites(socket)
    sockets.emit('connection', socket, request)
    // ws closes it with the right code by itself; graphql-ws would print what a client did wrong on stderr
    socket.removeAllListeners('error').on('error', () => {})
    socket.on('message', () => {
      const max = places.isKnown(socket) ? maxWaiting.known : maxWaiting.unknown
      if (socket.bufferedAmount > max) drop(socket)
    })
  }

  return {
    isFull: places.isFull,
    upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
      sockets.handleUpgrade(request, raw, head, (socket) => accept(socket, raw, request))
    },
    /** false: there is no WebSocket on it */
    dropSlow(raw: Duplex): boolean {
      const socket = bySocket.get(raw)
      if (socket && socket.readyState === socket.OPEN) drop(socket)
      return socket !== undefined
    },
    async [Symbol.asyncDispose]() {
      // a client that does not answer the closing must not hold the service up
      const impatience = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate()
      }, closing.atEndMs)
      await served.dispose()
      clearTimeout(impatience)
    },
  }
}

/** What cannot be written any more is no fault of ours, for which graphql-ws takes it: the socket closes by itself. */
function forgiveWrites(socket: WebSocket): void {
  const send = socket.send.bind(socket) as (data: string, done: () => void) => void
  socket.send = (data: unknown, done?: unknown) => send(String(data), () => (done as (() => void) | undefined)?.())
}
