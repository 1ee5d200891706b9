import { GraphQLError } from 'graphql'
import { maskError } from 'graphql-yoga'
import { AppError } from '../errors.ts'

/** Expected failures keep their sentence and code; everything else is masked (Yoga logs it). */
export function maskUnexpected(error: unknown, message: string): Error {
  const original = error instanceof GraphQLError ? error.originalError : error
  if (!(original instanceof AppError)) return maskError(error, message)
  const { code, retryable } = original
  return new GraphQLError(original.message, {
    ...(error instanceof GraphQLError && { nodes: error.nodes ?? null, path: error.path ?? null }),
    extensions: { code, retryable },
  })
}
