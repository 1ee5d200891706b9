import type { IncomingMessage } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { createLRUCache, createYoga, type Plugin } from 'graphql-yoga'
import { rateLimitKey, type Viewer } from '../auth/viewer.ts'
import type { Log } from '../log.ts'
import type { Context, Services } from '../schema/context.ts'
import type { Observe } from '../services/observations.ts'
import { askerOf } from './asker-of.ts'
import type { Authentication } from './authentication.ts'
import { useBodyLimit } from './body-limit.ts'
import { useCsrfHeader } from './csrf-header.ts'
import { useErrorCodes } from './error-codes.ts'
import { idOfAsked, requestOfError } from './error-request.ts'
import { useReferenceExecutor } from './execution.ts'
import { useFormErrors } from './form-errors.ts'
import { createGraphiqlPage } from './graphiql-page.ts'
import { createGate } from './graphql-authentication.ts'
import { describeExpected, maskUnexpected, withRequest } from './mask-error.ts'
import { useOperationLimits } from './operation-limits.ts'
import { useQueryLimits } from './query-limits.ts'
import { type RateLimits, useRateLimits } from './rate-limits.ts'
import { overheadBytes } from './read-form.ts'
import { type SubscriptionLimits, useSubscriptionLimits } from './subscription-limits.ts'

/** Of a request without a file, bytes: a thousand long addresses are to be imported at once. */
const jsonBytes = 1024 * 1024

/** How long such a request may take to arrive, ms. */
const patienceMs = 30_000

/** Of all requests with a file at once, bytes. */
const filesInMemory = 256 * 1024 * 1024

/** How long a query may take, ms. */
const queryMs = 10_000

/** Texts whose parsed form is kept, which may be hundreds of kilobytes. */
const rememberedTexts = 200

interface Deps {
  schema: GraphQLSchema
  services: Services
  authentication: Authentication
  rates: RateLimits
  subscriptions: SubscriptionLimits
  /** in progress at once */
  operationsPerClient: number
  log: Log
  observe: Observe
}

/** Who asks, where that is known before: of a WebSocket. */
interface Initial {
  viewer?: Viewer
}

/** GraphQL over HTTP: queries and mutations, multipart uploads, subscriptions as server-sent events, GraphiQL. */
export function createGraphQL({ schema, services, authentication, rates, log, observe, ...limits }: Deps) {
  const maxBodyBytes = services.limits.maxBytes + overheadBytes
  const gate = createGate(authentication)
  const page = createGraphiqlPage(gate.admits)
  return createYoga<Initial, Context>({
    schema,
    context: ({ viewer: known, ...asked }) => {
      const viewer = known ?? gate.viewerOf(asked.request)
      return { ...services, viewer, asker: askerOf(viewer, idOfAsked(asked)) }
    },
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // no address ends so: the service has a page of its own for it, and Yoga's comes before everything else
    healthCheckEndpoint: ' ',
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
      gate.plugin,
      useErrorCodes,
      useQueryLimits,
      useReferenceExecutor,
      useRateLimits(rates),
      useOperationLimits({ perClient: limits.operationsPerClient, queryMs }, clientOf),
      useSubscriptionLimits(limits.subscriptions, clientOf),
      page.plugin,
      useCsrfHeader(),
      useFormErrors,
      useBodyLimit({ multipart: maxBodyBytes, inMemory: filesInMemory, other: jsonBytes, patienceMs }, gate.viewerOf),
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

/** A token, or else a connection: of a WebSocket as of a request over HTTP. */
function clientOf({ viewer, req, request }: Context & { req?: IncomingMessage; request?: Request }): string | object {
  return rateLimitKey(viewer) ?? req?.socket ?? request ?? viewer
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
