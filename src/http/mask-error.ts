import { PothosValidationError } from '@pothos/core'
import { GraphQLError } from 'graphql'
import { maskError } from 'graphql-yoga'
import { AppError } from '../errors.ts'

/** Expected failures keep their sentence and code; everything else is masked (Yoga logs it). */
export function maskUnexpected(error: unknown, message: string): Error {
  const expected = describeExpected(error)
  if (!expected) return maskError(error, message)
  const { code, retryable } = expected
  return new GraphQLError(expected.message, {
    ...(error instanceof GraphQLError && { nodes: error.nodes ?? null, path: error.path ?? null }),
    extensions: { code, retryable },
  })
}

type Expected = Pick<AppError, 'message' | 'code' | 'retryable'>

/** What the caller can act on, or null. */
export function describeExpected(error: unknown): Expected | null {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error
  if (original instanceof AppError) return original
  if (!(original instanceof PothosValidationError)) return null
  return { message: describeArgument(original.message), code: 'INVALID_INPUT', retryable: false }
}

/** What Pothos finds wrong with ids in words for people; what it says of cursors and page sizes is plain already. */
function describeArgument(message: string): string {
  return message
    .replace(/^Invalid global ID: (.*)$/s, '"$1" is not an id of this API.')
    .replace(/^ID: (.*) is not of type: (.*)$/s, '"$1" is not an id of the type $2.')
}
