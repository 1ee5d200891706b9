import { type ExecutionArgs, parse, validate } from 'graphql'
import type { Extra } from 'graphql-ws/use/ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { GraphQLServer } from './yoga.ts'

/** The largest message a client may send, bytes. */
const maxPayload = 64 * 1024

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
        const args = {
          schema,
          operationName: params.operationName,
          document: parse(params.query),
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
      await served.dispose()
    },
  }
}
