import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** Gives an error of graphql-js or Yoga that has no code one, so that programs can tell what is wrong with a request. */
function addCode(error: unknown, code: string): void {
  // a new error would be taken for one that was masked, and logged
  if (error instanceof GraphQLError && error.extensions.code === undefined) Object.assign(error.extensions, { code })
}

function addCodes(result: object, code: string): void {
  const errors: unknown[] = 'errors' in result && Array.isArray(result.errors) ? result.errors : []
  for (const error of errors) if (!isOfResolver(error)) addCode(error, code)
}

/** What a resolver throws is known by its class, or by nobody; the value of a variable is refused by an error about an error. */
function isOfResolver(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false
  const { path, originalError } = error
  return path !== undefined || (originalError !== undefined && !(originalError instanceof GraphQLError))
}

/** Every error has a code. Comes before what masks errors, which knows ours. */
export const useErrorCodes: Plugin = {
  onParse:
    () =>
    ({ result }) =>
      addCode(result, 'GRAPHQL_PARSE_FAILED'),
  onValidate:
    () =>
    ({ result }) => {
      for (const error of result) addCode(error, 'GRAPHQL_VALIDATION_FAILED')
    },
  // values of variables, and which operation
  onExecute: () => ({ onExecuteDone: ({ result }) => addCodes(result, 'INVALID_INPUT') }),
  onSubscribe: () => ({ onSubscribeResult: ({ result }) => addCodes(result, 'INVALID_INPUT') }),
  onResultProcess({ result }) {
    if (!Array.isArray(result)) addCodes(result, 'BAD_REQUEST')
  },
}
