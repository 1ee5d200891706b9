import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorError } from './errors.ts'
import { answerJson } from './http/answer-json.ts'
import { refuseForeign } from './http/local-only.ts'
import type { createMedia } from './http/media.ts'
import { type createOlderUploadRoutes, isOlderUploadPath } from './http/older-upload-routes.ts'
import type { createOperationRoutes } from './http/operations.ts'
import { requestLog } from './http/request-id.ts'
import type { createUploadRoute } from './http/uploads.ts'
import { createRequestWatch } from './http/watch-request.ts'
import { createWebSocket } from './http/web-socket.ts'
import type { GraphQLServer } from './http/yoga.ts'
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

interface Deps {
  yoga: GraphQLServer
  olderUploadRoutes: ReturnType<typeof createOlderUploadRoutes>
  /** null: the objects are served elsewhere */
  media: ReturnType<typeof createMedia> | null
  /** null: files are sent elsewhere */
  uploads: ReturnType<typeof createUploadRoute> | null
  /** /health, /ready, /metrics */
  operations: ReturnType<typeof createOperationRoutes>
  limits: { maxBytes: number }
  log: Log
  observe: Observe
}

/** How long an answer may still take when the service ends, ms. Subscriptions are cut off then. */
const graceMs = 1_000

/** How long a request may take to arrive, ms: a small one 300 s, as in Node, and a file as long as 16 KiB/s take. */
export const requestTimeoutMs = (maxBytes: number) => 300_000 + Math.ceil(maxBytes / 16_384) * 1_000

/** One server for everything: /graphql (HTTP, SSE, WebSocket), /images/, /media/, /uploads/, and what runs the service asks. */
export function createHttp(deps: Deps): Http {
  const { yoga, olderUploadRoutes, media, uploads, operations, limits, log, observe } = deps
  const server = createServer({ requestTimeout: requestTimeoutMs(limits.maxBytes) }, handle)
  const webSocket = createWebSocket(yoga)
  const watch = createRequestWatch({ log, observe })
  const answering = new Set<Promise<unknown>>()
  const folders = new Map(Object.entries({ media, uploads }))
  const port = () => (server.address() as AddressInfo).port

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refuseForeign(request, port())
    const pathname = pathOf(request)
    watch(request, response, pathname)
    if (refusal) answerJson(response, 403, { error: refusal })
    else if (pathname === null) answerJson(response, 400, { error: 'The request has no path that can be read.' })
    else route(request, response, pathname)
  }

  function route(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    const [, folder = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(pathname) ?? []
    const below = folders.get(folder)
    const operation = operations.get(pathname)
    if (pathname === yoga.graphqlEndpoint) track(request, response, yoga(request, response))
    else if (operation) track(request, response, operation(request, response))
    else if (isOlderUploadPath(pathname)) track(request, response, olderUploadRoutes(request, response, pathname))
    else if (below) track(request, response, below(request, response, rest))
    else if (pathname === '/') response.writeHead(302, { Location: yoga.graphqlEndpoint }).end()
    else answerJson(response, 404, { error: `There is nothing at ${pathname}.` })
  }

  function track(request: IncomingMessage, response: ServerResponse, answer: unknown): void {
    const answered = Promise.resolve(answer)
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
    if (refuseForeign(request, port()) || pathOf(request) !== yoga.graphqlEndpoint) {
      requestLog(log, request).warn('a socket was refused')
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n', () => socket.destroy())
      return
    }
    requestLog(log, request).debug('a socket was opened')
    webSocket.handleUpgrade(request, socket, head, (accepted) => webSocket.accept(accepted, request))
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
