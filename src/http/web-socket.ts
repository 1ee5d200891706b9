import { type DocumentNode, type ExecutionArgs, GraphQLError, parse, validate } from 'graphql'
import type { Extra } from 'graphql-ws/use/ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { requestIdHeader, requestIdOf } from './request-id.ts'
import type { GraphQLServer } from './yoga.ts'

/** The largest message a client may send, bytes. */
const maxPayload = 64 * 1024

/** How long a client may take to answer the closing of its socket, ms. */
const closingMs = 1_000

type Root = Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'>

/** GraphQL over WebSocket (graphql-transport-ws) with the same plugins and masking as over HTTP. */
export function createWebSocket(yoga: GraphQLServer) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload })
  sockets.on('headers', (headers, request) => headers.push(`${requestIdHeader}: ${requestIdOf(request)}`))
  const served = useServer<Record<string, unknown>, Extra & Record<PropertyKey, unknown>>(
    {
      execute: (args) => (args as ExecutionArgs & { rootValue: Root }).rootValue.execute(args),
      subscribe: (args) => (args as ExecutionArgs & { rootValue: Root }).rootValue.subscribe(args),
      async onSubscribe({ extra }, _id, params) {
        const { schema, execute, subscribe, contextFactory } = yoga.getEnveloped({ req: extra.request, params })
        const document = parseOrError(params.query)
        if (document instanceof GraphQLError) return [document]
        const args = {
          schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe } satisfies Root,
        }
        const errors = validate(args.schema, args.document)
        return errors.length > 0 ? errors : args
      },
    },
    sockets,
  )
  return {
    handleUpgrade: sockets.handleUpgrade.bind(sockets),
    accept: (socket: Parameters<Parameters<typeof sockets.handleUpgrade>[3]>[0], request: object) =>
      sockets.emit('connection', socket, request),
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

/** A syntax error is the answer to one operation; thrown, it would close the socket with all the others. */
function parseOrError(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}
