import { GraphQLError } from 'graphql'
import { refusal } from './request-errors.ts'

/** What HTTP answers by itself, and graphql-ws takes for a fault of ours. */
export const noOperation = () =>
  withoutHttp(
    refusal('OPERATION_RESOLUTION_FAILURE', 'Say with operationName which operation of the document is meant.'),
  )

/** A reviver for JSON: thrown here, it closes the socket with 4400; further on graphql-ws takes it for a fault of ours. */
export function refuseServersMessage(key: string, value: unknown): unknown {
  const { type } = (key === '' && value ? value : {}) as { type?: unknown }
  if (type === 'connection_ack' || type === 'next' || type === 'error')
    throw new TypeError(`A client sends no ${type}.`)
  return value
}

/** What is meant for an answer over HTTP is no business of others. */
export function withoutHttp(error: GraphQLError): GraphQLError {
  const { http, ...extensions } = error.extensions
  return http
    ? new GraphQLError(error.message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions })
    : error
}
