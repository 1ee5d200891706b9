import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Log } from '../log.ts'
import type { Context } from '../schema/context.ts'
import { useBodyLimit } from './body-limit.ts'
import { useCsrfHeader } from './csrf-header.ts'
import { useErrorCodes } from './error-codes.ts'
import { useReferenceExecutor } from './execution.ts'
import { useFormErrors } from './form-errors.ts'
import { graphiqlOptions } from './graphiql.ts'
import { describeExpected, maskUnexpected } from './mask-error.ts'

/** A multipart request carries more than its file. */
const overheadBytes = 1024 * 1024

/** GraphQL over HTTP: queries and mutations, multipart uploads, subscriptions as server-sent events, GraphiQL. */
export function createGraphQL({ schema, context, log }: { schema: GraphQLSchema; context: Context; log: Log }) {
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
      useErrorCodes,
      useReferenceExecutor,
      useCsrfHeader('x-graphql-yoga-csrf'),
      useFormErrors,
      useBodyLimit(maxBodyBytes),
    ],
    logging: {
      debug: (...args) => log.debug({ args }, 'graphql'),
      info: (...args) => log.info({ args }, 'graphql'),
      warn: (...args) => log.warn({ args }, 'graphql'),
      error(...args) {
        const err = args.find((arg) => arg instanceof Error) ?? args
        // Yoga takes whatever has another wording at the edge for an accident
        if (describeExpected(err)) log.debug({ err }, 'graphql')
        else log.error({ err }, 'graphql')
      },
    },
  })
}

export type GraphQLServer = ReturnType<typeof createGraphQL>
