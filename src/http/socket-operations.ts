import type { IncomingMessage } from 'node:http'
import { type DocumentNode, type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql'
import type { ServerOptions } from 'graphql-ws'
import type { Extra } from 'graphql-ws/use/ws'
import type { Viewer } from '../auth/viewer.ts'
import type { Log } from '../log.ts'
import { type Authentication, askedOf, isRefusal } from './authentication.ts'
import { requestLog } from './request-id.ts'
import { noOperation, refuseServersMessage, withoutHttp } from './socket-messages.ts'
import type { SocketPlaces } from './socket-places.ts'
import type { GraphQLServer } from './yoga.ts'

/** How long a client may take to begin (graphql-transport-ws: connection_init), ms; then it is closed with 4408. */
const initMs = 3_000

/** Closes a socket whose client is not known, or not any more. */
const unauthorized = [4401, 'Unauthorized'] as const

const tooManySockets = [4429, 'Too many connections'] as const

type Root = Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'>

export type Client = Extra & Record<PropertyKey, unknown> & { viewer?: Viewer }

interface Deps {
  yoga: GraphQLServer
  authentication: Authentication
  /** whether a page of another origin asks, whose browser may send a cookie without being told */
  isForeignPage(request: IncomingMessage): boolean
  places: SocketPlaces
  log: Log
}

/** What graphql-ws asks for a client and its operations: the same plugins, limits and masking as over HTTP. */
export function createSocketOperations(deps: Deps): ServerOptions<Record<string, unknown>, Client> {
  const { yoga, authentication, isForeignPage, places, log } = deps

  /** By `authorization` in the connection's parameters, else as any request; browsers send no header but the cookie. */
  function identify(request: IncomingMessage, parameters: Record<string, unknown> = {}): Viewer | null {
    const { method, header } = askedOf(request)
    const given = parameters.authorization ?? parameters.Authorization ?? header('authorization')
    const authorization = given === null || typeof given === 'string' ? given : ''
    const cookie = isForeignPage(request) ? null : header('cookie')
    const told = new Map(Object.entries({ authorization, cookie }))
    try {
      return authentication.identify({
        method,
        header: (name) => (told.has(name) ? (told.get(name) ?? null) : header(name)),
      })
    } catch (error) {
      if (isRefusal(error)) return null
      throw error
    }
  }

  return {
    connectionInitWaitTimeout: initMs,
    onConnect({ extra, connectionParams }) {
      const { socket } = extra
      const viewer = identify(extra.request, connectionParams)
      const close = () => socket.close(...unauthorized)
      if (!viewer || !places.admit(socket, viewer)) {
        // before the library closes it as forbidden
        const [code, reason] = viewer ? tooManySockets : unauthorized
        socket.close(code, reason)
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
        requestLog(log, extra.request).error({ err: error }, 'an operation over WebSocket failed unexpectedly')
        throw error
      }
    },
    onNext(_context, _id, _params, _args, { data, errors, extensions }) {
      if (!errors) return
      const answered = { ...(data !== undefined && { data }), ...(extensions && { extensions }) }
      return { ...answered, errors: errors.map((error) => withoutHttp(error).toJSON()) }
    },
    jsonMessageReviver: refuseServersMessage,
  }
}
