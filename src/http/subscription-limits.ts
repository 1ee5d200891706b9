import type { ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Context } from '../schema/context.ts'
import { refusal } from './request-errors.ts'

export interface SubscriptionLimits {
  /** at once, over all clients */
  total: number
  /** at once, of one token, or of one connection where nobody is known */
  perClient: number
}

/** A place is free when somebody leaves, which nobody knows beforehand. */
const retryAfterSeconds = 60

/** Who a subscription belongs to: a name, or the object that stands for a connection. */
type Client = string | object

/** Refuses a subscription when its client, or all together, have as many as they may. */
export function useSubscriptionLimits(
  limits: SubscriptionLimits,
  clientOf: (context: Context) => Client,
): Plugin<Context> {
  const open = new Map<Client, number>()
  let total = 0

  function whyNot(client: Client): GraphQLError | null {
    const count = open.get(client) ?? 0
    if (count >= limits.perClient) return tooMany(`You have ${count} subscriptions, which is as many as a client may.`)
    return total < limits.total ? null : tooMany(`There are ${total} subscriptions, which is as many as are served.`)
  }

  function take(client: Client): () => void {
    const count = open.get(client) ?? 0
    open.set(client, count + 1)
    total += 1
    let released = false
    return () => {
      if (released) return
      released = true
      total -= 1
      const left = (open.get(client) ?? 0) - 1
      if (left > 0) open.set(client, left)
      else open.delete(client)
    }
  }

  return {
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      setSubscribeFn(async (given) => {
        const client = clientOf(args.contextValue)
        const refusal = whyNot(client)
        // thrown, it would close a WebSocket with all its other subscriptions
        if (refusal) return { errors: [refusal] }
        const release = take(client)
        try {
          const results: unknown = await subscribeFn(given)
          const { res } = args.contextValue as { res?: ServerResponse }
          if (isAsyncIterable(results)) return endWith(res, releaseAtEnd(results, release))
          release()
          return results
        } catch (error) {
          release()
          throw error
        }
      })
    },
  }
}

const tooMany = (message: string) => refusal('TOO_MANY_SUBSCRIPTIONS', message, { retryAfterSeconds })

/** Over HTTP the client may have gone before anybody reads; then nobody else would end it. */
function endWith<T>(response: ServerResponse | undefined, results: AsyncIterableIterator<T>): typeof results {
  const end = () => void results.return?.()
  if (response?.closed) end()
  else response?.once('close', end)
  return results
}

/** No async generator: it would not be told that its reader has left before the next result. */
function releaseAtEnd<T>(results: AsyncIterable<T>, release: () => void): AsyncIterableIterator<T> {
  const iterator = results[Symbol.asyncIterator]()
  const watched = async (step: Promise<IteratorResult<T>>) => {
    try {
      const result = await step
      if (result.done) release()
      return result
    } catch (error) {
      release()
      throw error
    }
  }
  const left = { value: undefined, done: true } as const
  return {
    next: () => watched(iterator.next()),
    return: () => {
      release()
      return iterator.return ? iterator.return() : Promise.resolve(left)
    },
    throw: (error: unknown) => {
      release()
      return iterator.throw ? iterator.throw(error) : Promise.reject(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
