import type { IncomingMessage } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { createLRUCache, createYoga } from 'graphql-yoga'
import type { Log } from '../log.ts'
import type { Context } from '../schema/context.ts'
import { useBodyLimit } from './body-limit.ts'
import { useCsrfHeader } from './csrf-header.ts'
import { useReferenceExecutor } from './execution.ts'
import { createGraphiqlPage } from './graphiql-page.ts'
import { type MayLearn, useHints } from './hints.ts'
import { describeExpected, maskUnexpected } from './mask-error.ts'
import { nobody, type PrincipalOf } from './principal.ts'
import { useQueryLimits } from './query-limits.ts'
import { type RateLimits, useRateLimits } from './rate-limits.ts'
import { type SubscriptionLimits, useSubscriptionLimits } from './subscription-limits.ts'

/** A multipart request carries more than its file. */
const overheadBytes = 1024 * 1024

/** Of a request without a file, bytes: a thousand long addresses are to be imported at once. */
const jsonBytes = 1024 * 1024

/** How long such a request may take to arrive, ms. */
const patienceMs = 30_000

/** Texts whose parsed form is kept, which may be hundreds of kilobytes. */
const rememberedTexts = 200

interface Deps {
  schema: GraphQLSchema
  context: Context
  log: Log
  asking: { rates: RateLimits; subscriptions: SubscriptionLimits }
  /** who is behind a request: whose limits apply */
  principalOf?: PrincipalOf
  /** who may learn the schema; everybody where it is left out */
  introspection?: MayLearn
}

/** GraphQL over HTTP: queries and mutations, multipart uploads, subscriptions as server-sent events, GraphiQL. */
export function createGraphQL({ schema, context, log, asking, principalOf = nobody, introspection }: Deps) {
  const maxBodyBytes = context.limits.maxBytes + overheadBytes
  const page = createGraphiqlPage(introspection ?? (() => true))
  return createYoga<object, Context>({
    schema,
    context,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: page.graphiql,
    renderGraphiQL: page.renderGraphiQL,
    // by default Yoga allows every origin, with credentials
    cors: false,
    batching: false,
    maxRequestBodySize: maxBodyBytes,
    maskedErrors: { maskError: maskUnexpected },
    parserAndValidationCache: {
      documentCache: createLRUCache({ max: rememberedTexts }),
      errorCache: createLRUCache({ max: rememberedTexts }),
    },
    plugins: [
      useQueryLimits,
      useReferenceExecutor,
      useRateLimits(asking.rates, principalOf),
      useSubscriptionLimits(asking.subscriptions, (asker) => clientOf(asker, principalOf)),
      ...(introspection ? [useHints(introspection)] : []),
      page.plugin,
      useCsrfHeader('x-graphql-yoga-csrf'),
      useBodyLimit({ multipart: maxBodyBytes, other: jsonBytes, patienceMs }),
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

/** A principal, or else a connection: of a WebSocket as of a request over HTTP. */
function clientOf(context: { req?: IncomingMessage; request?: Request }, principalOf: PrincipalOf): string | object {
  return principalOf(context)?.id ?? context.req?.socket ?? context.request ?? context
}

export type GraphQLServer = ReturnType<typeof createGraphQL>
