import type { IncomingMessage } from 'node:http'
import type { ExecutionResult } from 'graphql'
import { requestIdOf } from './request-id.ts'

const ids = new WeakMap<object, string>()

/** What Yoga passes on with an operation: the request of Node behind HTTP and WebSocket, else that of the Fetch API. */
interface Asked {
  req?: IncomingMessage
  request?: Request
}

export function idOfAsked({ req, request }: Asked): string | null {
  const asked = req ?? request
  return asked ? requestIdOf(asked) : null
}

/**
 * Remembers in which request the errors of a result came up, for who masks and logs them knows nothing but the error.
 * One that many subscribers are given belongs to the first of them.
 */
export function noteRequest<R extends ExecutionResult>(result: R, context: unknown): R {
  if (!result.errors) return result
  const id = idOfAsked(context as Asked)
  for (const error of result.errors) if (id) ids.set(error, id)
  return result
}

/** The id of the request that an error came up in, where that is known. */
export const requestOfError = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? ids.get(error) : undefined
