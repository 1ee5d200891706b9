import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerJson } from './http/answer-json.ts'
import { type Authentication, askedOf, describeRefusal, isRefusal } from './http/authentication.ts'
import { type Address, listen } from './http/listen.ts'
import type { OriginPolicy } from './http/origin-policy.ts'
import { setSafeHeaders } from './http/page-policy.ts'
import { slowest } from './http/read-form.ts'
import { requestLog } from './http/request-id.ts'
import { createRoutes, type RouteParts } from './http/routes.ts'
import { watchSlowClients } from './http/slow-clients.ts'
import type { SocketLimits } from './http/socket-places.ts'
import { createRequestWatch } from './http/watch-request.ts'
import { createWebSocket } from './http/web-socket.ts'
import type { Log } from './log.ts'
import type { Observe } from './services/observations.ts'

export interface Http extends AsyncDisposable {
  /** resolves when requests are taken; the port is the one asked for, or a free one for 0 */
  listen(address: Address): Promise<{ port: number }>
}

interface Deps extends RouteParts {
  originPolicy: OriginPolicy
  authentication: Authentication
  limits: { maxBytes: number; sockets: SocketLimits; connections: number; headersMs: number; slowClientMs: number }
  log: Log
  observe: Observe
}

/** How long an answer may still take when the service ends, ms. Subscriptions are cut off then. */
const graceMs = 1_000

/** How long what is still to come of a request may take that is answered already, ms. */
const hurryMs = 10_000

/** The most that the head of a request may take, bytes: a query may be in its first line. */
const maxHeaderBytes = 16 * 1024

/** How long a request may take to arrive, ms: a small one 300 s, as in Node, and a file as long as 16 KiB/s take. */
export const requestTimeoutMs = (maxBytes: number) => 300_000 + Math.ceil(maxBytes / slowest) * 1_000

/** One server for everything, which `createRoutes` shares out: HTTP, server-sent events and WebSocket on one port. */
export function createHttp({ originPolicy, authentication, limits, log, observe, ...parts }: Deps): Http {
  const { yoga } = parts
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs(limits.maxBytes),
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(2_000, limits.headersMs / 2),
      maxHeaderSize: maxHeaderBytes,
    },
    handle,
  )
  server.maxConnections = limits.connections
  const { isForeignPage } = originPolicy
  const webSocket = createWebSocket({ yoga, authentication, isForeignPage, limits: limits.sockets, log })
  const stopWatching = watchSlowClients(server, limits.slowClientMs, (socket) => {
    if (!webSocket.dropSlow(socket)) socket.destroy()
  })
  const watch = createRequestWatch({ log, observe })
  const route = createRoutes(parts)
  const answering = new Set<Promise<unknown>>()
  let port = 0
  let isEnding = false

  function handle(request: IncomingMessage, response: ServerResponse): void {
    setSafeHeaders(response)
    response.once('finish', () => hurry(request))
    const address = addressOf(request)
    const pathname = address?.pathname ?? null
    watch(request, response, pathname)
    const refusal = originPolicy.refuse(request, pathname, port)
    if (isEnding) answerJson(response, 503, { error: 'The service is ending.' }, { Connection: 'close' })
    else if (refusal) answerJson(response, 403, { error: refusal })
    else if (!address || !isHost(request.headers.host))
      answerJson(response, 400, { error: 'The request has no path or host that can be read.' })
    else {
      // Yoga makes no address of one with a scheme and a host
      request.url = address.pathname + address.search
      if (!originPolicy.answerPreflight(request, response, address.pathname))
        answer(request, response, address.pathname)
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    const answered = Promise.resolve()
      .then(() => (isPublic(pathname) ? undefined : authentication.recall(askedOf(request))))
      .then(() => route(request, response, pathname))
      .catch((error: unknown) => answerFailure(request, response, error))
      .finally(() => answering.delete(answered))
    answering.add(answered)
  }

  /** Unhandled, it would end the process. */
  function answerFailure(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (isRefusal(error)) {
      const { status, headers } = describeRefusal(error)
      answerJson(response, status, { error: error.message, code: error.code }, headers)
      return
    }
    requestLog(log, request).error({ err: error }, 'a request failed unexpectedly')
    if (response.headersSent) response.destroy()
    else answerJson(response, 500, { error: 'Something unexpected went wrong.', code: 'INTERNAL_ERROR' })
  }

  server.on('upgrade', (request, socket, head) => {
    // Node has none on an upgraded socket, and a reset without one would end the process
    socket.on('error', () => socket.destroy())
    const pathname = addressOf(request)?.pathname ?? null
    if (
      originPolicy.refuse(request, pathname, port) ||
      pathname !== yoga.graphqlEndpoint ||
      !isHost(request.headers.host)
    ) {
      requestLog(log, request).info('a socket was refused')
      refuseSocket(socket, '403 Forbidden')
    } else if (isEnding || webSocket.isFull()) {
      requestLog(log, request).info('a socket was refused for lack of room')
      refuseForRoom(socket)
    } else {
      requestLog(log, request).debug('a socket was opened')
      void authentication
        .recall(askedOf(request))
        .catch((error: unknown) => requestLog(log, request).error({ err: error }, 'a session cannot be looked up'))
        .then(() => (webSocket.isFull() ? refuseForRoom(socket) : webSocket.upgrade(request, socket, head)))
    }
  })

  return {
    async listen(address) {
      port = await listen(server, address)
      return { port }
    },
    async [Symbol.asyncDispose]() {
      isEnding = true
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

/** What a request is for, or null where that is no path (`//`); a proxy is asked with the scheme and the host before it. */
function addressOf({ url = '' }: IncomingMessage): URL | null {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost') : null
}

/**
 * What is still to come of a request that is answered already is thrown away, but not waited for long: a connection that
 * ends with something unread is reset, and the client may never see the answer.
 */
function hurry(request: IncomingMessage): void {
  if (request.complete) return
  request.resume()
  const patience = setTimeout(() => request.destroy(), hurryMs).unref()
  request.once('close', () => clearTimeout(patience))
}

/** Whoever asks for these need not be known, so no session is looked up. */
const isPublic = (pathname: string) => /^\/(media|assets|uploads|health|ready)(\/|$)/.test(pathname)

/** A name or an address, with or without a port: addresses are made of it. */
const isHost = (host = '') => /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)

const refuseForRoom = (socket: Duplex) => refuseSocket(socket, '503 Service Unavailable\r\nRetry-After: 60')

function refuseSocket(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
}
