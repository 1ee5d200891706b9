import { type ExecutionResult, GraphQLError } from 'graphql'
import { endedToken } from '../auth/auth-errors.ts'
import type { Viewer } from '../auth/viewer.ts'

function over(): GraphQLError {
  const { message, code, retryable } = endedToken()
  return new GraphQLError(message, { extensions: { code, retryable } })
}

/**
 * Each event mapped, for as long as whoever subscribed is let in: that is looked at with every event, and between them
 * as well. Then comes an error UNAUTHORIZED, and the end. No async generator: it would hold its source open, after its
 * reader has left, until the next event.
 */
export function whileCurrent(
  source: AsyncIterable<unknown>,
  viewer: Viewer,
  map: (event: unknown) => Promise<ExecutionResult>,
): AsyncIterableIterator<ExecutionResult> {
  const items = source[Symbol.asyncIterator]()
  let isTold = false
  // whoever waits for an event gets the end of the source
  const stop = () => void items.return?.().catch(() => {})
  viewer.ended.addEventListener('abort', stop)
  // it may have ended while the source was made, and then tells nobody any more
  if (viewer.ended.aborted) stop()

  async function leave(): Promise<IteratorResult<ExecutionResult>> {
    viewer.ended.removeEventListener('abort', stop)
    await items.return?.()
    return { value: undefined, done: true }
  }

  return {
    async next() {
      try {
        const result = isTold ? null : await items.next()
        if (result && !viewer.isCurrent()) {
          isTold = true
          return { value: { errors: [over()] }, done: false }
        }
        return !result || result.done ? await leave() : { value: await map(result.value), done: false }
      } catch (error) {
        // whoever reads does not leave after an error by itself
        await leave().catch(() => {})
        throw error
      }
    },
    return: leave,
    async throw(error) {
      await leave()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
