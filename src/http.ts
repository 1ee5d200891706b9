import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorError } from './errors.ts'
import { answerJson } from './http/answer-json.ts'
import { setSafeHeaders } from './http/page-policy.ts'
import { requestLog } from './http/request-id.ts'
import { createRoutes, type RouteParts } from './http/routes.ts'
import { watchSlowClients } from './http/slow-clients.ts'
import { createRequestWatch } from './http/watch-request.ts'
import { createWebSocket } from './http/web-socket.ts'
import type { Door } from './http/who-may-connect.ts'
import type { Log } from './log.ts'
import type { Observe } from './services/metrics.ts'

export interface Http extends AsyncDisposable {
  /** resolves when requests are taken; the port is the one asked for, or a free one for 0 */
  listen(address: { host: string; port: number }): Promise<{ port: number }>
}

export class PortTakenError extends OperatorError {
  override readonly name = 'PortTakenError'
  constructor(port: number, cause: unknown) {
    super(`Port ${port} is taken. Stop what listens there, or choose another PORT.`, { cause })
  }
}

interface Deps extends RouteParts {
  door: Door
  limits: { maxBytes: number; maxSockets: number; headersMs: number; slowClientMs: number }
  log: Log
  observe: Observe
}

/** How long an answer may still take when the service ends, ms. Subscriptions are cut off then. */
const graceMs = 1_000

/** The most that the head of a request may take, bytes: a query may be in its first line. */
const maxHeaderBytes = 16 * 1024

/** How long a request may take to arrive, ms: a small one 300 s, as in Node, and a file as long as 16 KiB/s take. */
export const requestTimeoutMs = (maxBytes: number) => 300_000 + Math.ceil(maxBytes / 16_384) * 1_000

/** One server for everything, which `createRoutes` shares out: HTTP, server-sent events and WebSocket on one port. */
export function createHttp({ door, limits, log, observe, ...parts }: Deps): Http {
  const { yoga, authentication } = parts
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs(limits.maxBytes),
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(2_000, limits.headersMs / 2),
      maxHeaderSize: maxHeaderBytes,
    },
    handle,
  )
  const webSocket = createWebSocket(yoga, authentication, { maxSockets: limits.maxSockets })
  const stopWatching = watchSlowClients(server, limits.slowClientMs, (socket) => {
    if (!webSocket.dropSlow(socket)) socket.destroy()
  })
  const watch = createRequestWatch({ log, observe })
  const route = createRoutes(parts)
  const answering = new Set<Promise<unknown>>()
  const port = () => (server.address() as AddressInfo).port

  function handle(request: IncomingMessage, response: ServerResponse): void {
    setSafeHeaders(response)
    const pathname = pathOf(request)
    watch(request, response, pathname)
    const refusal = door.refuse(request, pathname, port())
    if (refusal) answerJson(response, 403, { error: refusal })
    else if (pathname === null) answerJson(response, 400, { error: 'The request has no path that can be read.' })
    else {
      // as a proxy is asked, with the scheme and the host before the path, of which Yoga makes no address
      request.url = pathname + new URL(request.url ?? '', 'http://localhost').search
      if (!door.answerPreflight(request, response, pathname)) answer(request, response, pathname)
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    const answered = Promise.resolve()
      .then(() => route(request, response, pathname))
      .catch((error: unknown) => {
        // unhandled, it would end the process
        requestLog(log, request).error({ err: error }, 'a request failed unexpectedly')
        response.destroy()
      })
      .finally(() => answering.delete(answered))
    answering.add(answered)
  }

  server.on('upgrade', (request, socket, head) => {
    // Node has none on an upgraded socket, and a reset without one would end the process
    socket.on('error', () => socket.destroy())
    const pathname = pathOf(request)
    if (door.refuse(request, pathname, port()) || pathname !== yoga.graphqlEndpoint) {
      requestLog(log, request).info('a socket was refused')
      refuseSocket(socket, '403 Forbidden')
    } else if (webSocket.isFull()) {
      requestLog(log, request).info('a socket was refused, since as many are open as may')
      refuseSocket(socket, '503 Service Unavailable\r\nRetry-After: 60')
    } else {
      requestLog(log, request).debug('a socket was opened')
      webSocket.upgrade(request, socket, head)
    }
  })

  return {
    async listen({ host, port: wanted }) {
      server.listen(wanted, host)
      await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
        throw cause.code === 'EADDRINUSE' ? new PortTakenError(wanted, cause) : cause
      })
      return { port: port() }
    },
    async [Symbol.asyncDispose]() {
      const closed = server.listening ? once(server, 'close') : null
      server.close()
      stopWatching()
      // what was asked before is answered, so that nothing is written once the database is closed
      await Promise.all([
        webSocket[Symbol.asyncDispose](),
        Promise.race([Promise.allSettled(answering), sleep(graceMs, undefined, { ref: false })]),
      ])
      server.closeAllConnections()
      await closed
    },
  }
}

/** The path of a request, or null for one that is no path (`//`). */
function pathOf({ url = '' }: IncomingMessage): string | null {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : null
}

function refuseSocket(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
}
