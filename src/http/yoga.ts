import type { GraphQLSchema } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Log } from '../log.ts'
import type { Context } from '../schema/context.ts'
import type { Observe } from '../services/metrics.ts'
import { useBodyLimit } from './body-limit.ts'
import { useCsrfHeader } from './csrf-header.ts'
import { idOfAsked, requestOfError } from './error-request.ts'
import { useReferenceExecutor } from './execution.ts'
import { graphiqlOptions } from './graphiql.ts'
import { describeExpected, maskUnexpected, withRequest } from './mask-error.ts'

/** A multipart request carries more than its file. */
const overheadBytes = 1024 * 1024

interface Deps {
  schema: GraphQLSchema
  context: Context
  log: Log
  observe: Observe
}

/** GraphQL over HTTP: queries and mutations, multipart uploads, subscriptions as server-sent events, GraphiQL. */
export function createGraphQL({ schema, context, log, observe }: Deps) {
  const maxBodyBytes = context.limits.maxBytes + overheadBytes
  return createYoga<object, Context>({
    schema,
    context,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: (request) => graphiqlOptions(new URL(request.url).origin),
    // the bundled page, since Yoga's own loads its scripts from another site; 47 MB of memory, so only once asked for
    renderGraphiQL: async (options) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    // by default Yoga allows every origin, with credentials
    cors: false,
    batching: false,
    maxRequestBodySize: maxBodyBytes,
    maskedErrors: { maskError: maskUnexpected },
    plugins: [
      useReferenceExecutor,
      useCsrfHeader('x-graphql-yoga-csrf'),
      useBodyLimit(maxBodyBytes),
      useRequestInErrors,
    ],
    logging: {
      // its own steps, without a word about which request
      debug() {},
      info: (...args) => log.info({ args }, 'graphql'),
      warn: (...args) => log.warn({ args }, 'graphql'),
      error(...args) {
        const err = args.find((arg) => arg instanceof Error) ?? args
        const facts = { requestId: requestOfError(err), err }
        // Yoga takes whatever has another wording at the edge for an accident
        if (describeExpected(err)) return log.debug(facts, 'graphql')
        observe('masked', {})
        log.error(facts, 'graphql')
      },
    },
  })
}

/** Of what went wrong before anything was executed; the errors of operations are known by then. */
const useRequestInErrors: Plugin = {
  onResultProcess({ result, request, serverContext }) {
    if (Array.isArray(result) || !('errors' in result)) return
    const requestId = idOfAsked({ request, ...serverContext })
    for (const error of result.errors ?? []) withRequest(error, requestId)
  },
}

export type GraphQLServer = ReturnType<typeof createGraphQL>
