import { PothosSchemaError, PothosValidationError } from '@pothos/core'
import { GraphQLError } from 'graphql'
import { maskError } from 'graphql-yoga'
import { AppError } from '../errors.ts'
import { requestOfError } from './error-request.ts'

/**
 * Expected failures keep their sentence and code; everything else is masked (Yoga logs it), and names the request, so that
 * who tells us of it can be helped. What was wrong is told nobody, whatever NODE_ENV says.
 */
export function maskUnexpected(error: unknown, message: string): Error {
  const expected = describeExpected(error)
  if (!expected) return withRequest(maskError(error, message, false), requestOfError(error))
  const { code, retryable } = expected
  return new GraphQLError(expected.message, {
    ...(error instanceof GraphQLError && { nodes: error.nodes ?? null, path: error.path ?? null }),
    extensions: { code, retryable },
  })
}

/** Names the request in an error that tells nothing else. */
export function withRequest(error: Error, requestId: string | null | undefined): Error {
  if (!(error instanceof GraphQLError) || !requestId || !error.extensions.unexpected) return error
  Object.assign(error.extensions, { requestId })
  return error
}

type Expected = Pick<AppError, 'message' | 'code' | 'retryable'>

/** What the caller can act on, or null. */
export function describeExpected(error: unknown): Expected | null {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error
  if (original instanceof AppError) return original
  // an id that names no type of ours is all that Pothos has against its own schema once that is built
  const isOfPothos = original instanceof PothosValidationError || original instanceof PothosSchemaError
  if (!isOfPothos) return null
  return { message: describeArgument(original.message), code: 'INVALID_INPUT', retryable: false }
}

/** What Pothos finds wrong with ids in words for people; what it says of cursors and page sizes is plain already. */
function describeArgument(message: string): string {
  return message
    .replace(/^Invalid global ID: (.*)$/s, '"$1" is not an id of this API.')
    .replace(/^(.*) has not been implemented$/s, 'There is nothing of the type $1 with an id in this API.')
    .replace(/^ID: (.*) is not of type: (.*)$/s, '"$1" is not an id of the type $2.')
}
