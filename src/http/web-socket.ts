import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type DocumentNode, type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql'
import type { Extra } from 'graphql-ws/use/ws'
import { useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Viewer } from '../auth/viewer.ts'
import { type Authentication, askedOf, isRefusal } from './authentication.ts'
import { requestIdHeader, requestIdOf } from './request-id.ts'
import { noOperation, refuseServersMessage, withoutHttp } from './socket-messages.ts'
import type { GraphQLServer } from './yoga.ts'

/** The largest message a client may send, bytes. */
const maxPayload = 64 * 1024

/** How long a client may take to answer the closing of its socket, ms. */
const closingMs = 1_000

/** How long a client may take to begin (graphql-transport-ws: connection_init), ms; then it is closed with 4408. */
const initMs = 3_000

/** How often a client is asked whether it is still there, ms; one that does not answer until the next time is not. */
const pingMs = 12_000

/** What may wait for a client that goes on asking without reading the answers, bytes. */
const maxWaiting = 1024 * 1024

/** 1013: later it may work, as with a connection that is better. */
const readsTooSlowly = [1013, 'Reads too slowly'] as const

/** Closes a socket whose client is not known, or not any more. */
const unauthorized = [4401, 'Unauthorized'] as const

type Root = Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'>

type Client = Extra & Record<PropertyKey, unknown> & { viewer?: Viewer }

/** GraphQL over WebSocket (graphql-transport-ws) with the same plugins, limits and masking as over HTTP. */
export function createWebSocket(yoga: GraphQLServer, authentication: Authentication, limits: { maxSockets: number }) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload })
  const bySocket = new WeakMap<Duplex, WebSocket>()
  sockets.on('headers', (headers, request) => headers.push(`${requestIdHeader}: ${requestIdOf(request)}`))
  const served = useServer<Record<string, unknown>, Client>(
    {
      connectionInitWaitTimeout: initMs,
      onConnect({ extra, connectionParams }) {
        const viewer = viewerOf(authentication, extra.request, connectionParams)
        const { socket } = extra
        const close = () => socket.close(...unauthorized)
        if (!viewer) {
          // before the library closes it as forbidden
          close()
          return false
        }
        extra.viewer = viewer
        viewer.ended.addEventListener('abort', close)
        socket.once('close', () => viewer.ended.removeEventListener('abort', close))
        return true
      },
      execute: (args) => (args as ExecutionArgs & { rootValue: Root }).rootValue.execute(args),
      subscribe: (args) => (args as ExecutionArgs & { rootValue: Root }).rootValue.subscribe(args),
      async onSubscribe({ extra }, _id, params) {
        const { schema, parse, validate, execute, subscribe, contextFactory } = yoga.getEnveloped({
          req: extra.request,
          params,
          viewer: extra.viewer,
        })
        try {
          const document: DocumentNode = parse(params.query)
          const errors: readonly GraphQLError[] = validate(schema, document)
          if (errors.length > 0) return errors
          if (!getOperationAST(document, params.operationName)) return [noOperation()]
          return {
            schema,
            operationName: params.operationName,
            document,
            variableValues: params.variables,
            contextValue: await contextFactory(),
            rootValue: { execute, subscribe } satisfies Root,
          }
        } catch (error) {
          // the answer to one operation; thrown, it would close the socket with all the others
          if (error instanceof GraphQLError) return [withoutHttp(error)]
          throw error
        }
      },
      onNext(_context, _id, _params, _args, { data, errors, extensions }) {
        if (!errors) return
        const answered = { ...(data !== undefined && { data }), ...(extensions && { extensions }) }
        return { ...answered, errors: errors.map((error) => withoutHttp(error).toJSON()) }
      },
      jsonMessageReviver: refuseServersMessage,
    },
    sockets,
    pingMs,
  )

  /** Ends it with a code, which it hears if it reads on; what it is still sent meanwhile is thrown away. */
  function drop(socket: WebSocket): void {
    socket.removeAllListeners('message')
    socket.close(...readsTooSlowly)
    setTimeout(() => socket.terminate(), 5 * closingMs).unref()
  }

  function accept(socket: WebSocket, raw: Duplex, request: IncomingMessage): void {
    bySocket.set(raw, socket)
    sockets.emit('connection', socket, request)
    // ws closes it with the right code by itself; graphql-ws would print what a client did wrong on stderr
    socket.removeAllListeners('error').on('error', () => {})
    socket.on('message', () => {
      if (socket.bufferedAmount > maxWaiting) drop(socket)
    })
  }

  return {
    isFull: () => sockets.clients.size >= limits.maxSockets,
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
      }, closingMs)
      await served.dispose()
      clearTimeout(impatience)
    },
  }
}

/** By `authorization` in the connection's parameters, else as any request; browsers send no header but the cookie. */
function viewerOf(
  { identify }: Authentication,
  request: IncomingMessage,
  parameters: Record<string, unknown> = {},
): Viewer | null {
  const { method, header } = askedOf(request)
  const given = parameters.authorization ?? parameters.Authorization ?? header('authorization')
  const authorization = given === null || typeof given === 'string' ? given : ''
  try {
    return identify({ method, header: (name) => (name === 'authorization' ? authorization : header(name)) })
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}
