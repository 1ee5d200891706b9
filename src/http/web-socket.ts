import { type DocumentNode, type ExecutionArgs, GraphQLError, getOperationAST, parse, validate } from 'graphql'
import type { Extra } from 'graphql-ws/use/ws'
import { useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { addCode } from './error-codes.ts'
import type { GraphQLServer } from './yoga.ts'

/** The largest message a client may send, bytes. */
const maxPayload = 64 * 1024

/** How long a client may take to answer the closing of its socket, ms. */
const closingMs = 1_000

type Root = Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'>

/** GraphQL over WebSocket (graphql-transport-ws) with the same plugins and masking as over HTTP. */
export function createWebSocket(yoga: GraphQLServer) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload })
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
        const errors = [...validate(args.schema, args.document)]
        for (const error of errors) addCode(error, 'GRAPHQL_VALIDATION_FAILED')
        if (errors.length === 0 && !getOperationAST(document, params.operationName)) errors.push(noOperation())
        return errors.length > 0 ? errors : args
      },
      jsonMessageReviver: refuseServersMessage,
    },
    sockets,
  )
  return {
    handleUpgrade: sockets.handleUpgrade.bind(sockets),
    accept(socket: WebSocket, request: object): void {
      sockets.emit('connection', socket, request)
      // ws closes it with the right code by itself; graphql-ws would print what a client did wrong on stderr
      socket.removeAllListeners('error').on('error', () => {})
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

const noOperation = () =>
  new GraphQLError('Say with operationName which operation of the document is meant.', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
  })

/** Thrown here, it closes the socket with 4400; further on graphql-ws takes it for a fault of ours and prints it. */
function refuseServersMessage(key: string, value: unknown): unknown {
  const { type } = (key === '' && value ? value : {}) as { type?: unknown }
  if (type === 'connection_ack' || type === 'next' || type === 'error')
    throw new TypeError(`A client sends no ${type}.`)
  return value
}

/** A syntax error is the answer to one operation; thrown, it would close the socket with all the others. */
function parseOrError(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query)
  } catch (error) {
    addCode(error, 'GRAPHQL_PARSE_FAILED')
    if (error instanceof GraphQLError) return error
    throw error
  }
}
