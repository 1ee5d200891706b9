import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refuseForeign } from './http/local-only.ts'
import type { createMedia } from './http/media.ts'
import { createWebSocket } from './http/web-socket.ts'
import type { GraphQLServer } from './http/yoga.ts'

export interface Http extends AsyncDisposable {
  /** resolves when requests are taken; the port is the one asked for, or a free one for 0 */
  listen(address: { host: string; port: number }): Promise<{ port: number }>
}

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
  constructor(port: number, cause: unknown) {
    super(`Port ${port} is taken. Stop what listens there, or choose another PORT.`, { cause })
  }
}

interface Deps {
  yoga: GraphQLServer
  /** null: the objects are served elsewhere */
  media: ReturnType<typeof createMedia> | null
}

/** One server for everything: /graphql (HTTP, SSE, WebSocket), /media/, /health. */
export function createHttp({ yoga, media }: Deps): Http {
  const server = createServer(handle)
  const webSocket = createWebSocket(yoga)
  const port = () => (server.address() as AddressInfo).port

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refuseForeign(request, port())
    if (refusal) answer(response, 403, { error: refusal })
    else route(request, response)
  }

  function route(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === yoga.graphqlEndpoint) yoga(request, response)
    else if (media && pathname.startsWith('/media/')) media(request, response, pathname.slice('/media/'.length))
    else if (pathname === '/health') answer(response, 200, { status: 'ok' })
    else if (pathname === '/') response.writeHead(302, { Location: yoga.graphqlEndpoint }).end()
    else answer(response, 404, { error: `There is nothing at ${pathname}.` })
  }

  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (refuseForeign(request, port()) || pathname !== yoga.graphqlEndpoint) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
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
      await webSocket[Symbol.asyncDispose]()
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(body))
}
