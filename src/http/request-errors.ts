import { GraphQLError } from 'graphql'

/**
 * Why a request is refused, with the HTTP status. The API shows these codes beside those of errors.ts, with which they
 * share some.
 */
const statuses = {
  BAD_REQUEST: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  QUERY_TOO_COMPLEX: 400,
  FORBIDDEN: 403,
  REQUEST_TOO_SLOW: 408,
  IMAGE_TOO_LARGE: 413,
  REQUEST_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  TOO_MANY_OPERATIONS: 429,
  TOO_MANY_SUBSCRIPTIONS: 429,
  TOO_MANY_UPLOADS: 429,
  QUERY_TOO_SLOW: 503,
} as const

export type RequestCode = keyof typeof statuses

export const requestCodes = Object.keys(statuses) as RequestCode[]

interface Details {
  /** when it may work, s; left out where it never will */
  retryAfterSeconds?: number
  /** the rest of the request is not read */
  close?: boolean
  /** further extensions */
  [extension: string]: unknown
}

/** An error that refuses a request or an operation, over HTTP with the status of its code. */
export function refusal(code: RequestCode, message: string, { close, ...details }: Details = {}): GraphQLError {
  const { retryAfterSeconds } = details
  const headers = {
    ...(retryAfterSeconds !== undefined && retryAfter(retryAfterSeconds)),
    ...(close && { connection: 'close' }),
  }
  const retryable = retryAfterSeconds !== undefined || code.endsWith('_TOO_SLOW')
  return new GraphQLError(message, {
    extensions: { code, retryable, ...details, http: { status: statuses[code], headers } },
  })
}

export const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) })
