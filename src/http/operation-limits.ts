import { type ExecutionResult, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../schema/context.ts'
import { within } from '../services/within.ts'
import { refusal } from './request-errors.ts'

interface OperationLimits {
  /** queries and mutations at once, of one token, or of one connection where nobody is known */
  perClient: number
  /** how long a query may take; what a mutation waits for has limits of its own */
  queryMs: number
}

/** Until one of its operations is over, which nobody knows beforehand. */
const retryAfterSeconds = 1

/** Refuses an operation when its client has as many in progress as it may, and answers in place of a slow query. */
export function useOperationLimits(
  { perClient, queryMs }: OperationLimits,
  clientOf: (context: Context) => string | object,
): Plugin<Context> {
  const inProgress = new Map<string | object, number>()
  const tooSlow = () => ({
    errors: [refusal('QUERY_TOO_SLOW', `The query took more than ${queryMs / 1_000} s. Ask for shorter pages.`)],
  })

  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      setExecuteFn(async (given) => {
        const client = clientOf(args.contextValue)
        const count = inProgress.get(client) ?? 0
        if (count >= perClient) return { errors: [tooMany(count)] }
        inProgress.set(client, count + 1)
        // one that is answered as too slow keeps its place until it is over
        const run = async (): Promise<ExecutionResult> => {
          try {
            return await executeFn(given)
          } finally {
            const left = (inProgress.get(client) ?? 0) - 1
            if (left > 0) inProgress.set(client, left)
            else inProgress.delete(client)
          }
        }
        const isQuery = getOperationAST(args.document, args.operationName)?.operation === 'query'
        return isQuery ? within(queryMs, run, tooSlow) : run()
      })
    },
  }
}

const tooMany = (count: number) =>
  refusal('TOO_MANY_OPERATIONS', `You have ${count} operations in progress, which is as many as a client may.`, {
    retryAfterSeconds,
  })
