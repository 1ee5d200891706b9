import { STATUS_CODES } from 'node:http'
import { AppError, SourceUnavailableError } from '../../errors.ts'

const passing = new Set([408, 425, 429])

/** The error for an answer without what was asked for. */
export function statusError(httpStatus: number, retryAfterMs = 0): SourceUnavailableError {
  const name = STATUS_CODES[httpStatus]?.toLowerCase()
  return new SourceUnavailableError(`The source answered ${httpStatus}${name ? ` (${name})` : ''}.`, {
    retryable: httpStatus >= 500 || passing.has(httpStatus),
    httpStatus,
    retryAfterMs,
  })
}

const sentences: Readonly<Record<string, string>> = {
  ENOTFOUND: 'has no address',
  EAI_AGAIN: 'has no address at the moment',
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke off the connection',
  EPIPE: 'broke off the connection',
  UND_ERR_SOCKET: 'broke off the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent less than it announced',
  ETIMEDOUT: 'does not accept connections in time',
  UND_ERR_CONNECT_TIMEOUT: 'does not accept connections in time',
  UND_ERR_HEADERS_TIMEOUT: 'does not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped sending',
  UND_ERR_HEADERS_OVERFLOW: 'sends too many headers',
}

/** Trouble on the way to a host as one of our errors; what has no code is a fault of ours and comes back as it is. */
export function networkError(cause: unknown, host: string): unknown {
  const known = ownError(cause)
  if (known) return known
  const { code } = cause as NodeJS.ErrnoException
  if (code === undefined || isOurFault(code)) return cause
  if (isCertificateTrouble(code)) {
    const message = `The certificate of ${host} is not valid (${code}).`
    return new SourceUnavailableError(message, { retryable: false, cause })
  }
  const message = `The host ${host} ${sentences[code] ?? `cannot be reached (${code})`}.`
  return new SourceUnavailableError(message, { retryable: true, cause })
}

/** What our own code threw inside a connection comes out wrapped, or as one of several. */
function ownError(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  if (!(error instanceof Error)) return null
  const inner = error instanceof AggregateError ? [error.cause, ...error.errors] : [error.cause]
  return inner.map(ownError).find((found) => found !== null) ?? null
}

const isCertificateTrouble = (code: string) => /CERT|UNABLE_TO_VERIFY/.test(code)
const isOurFault = (code: string) => /^(UND_)?ERR_INVALID_ARG/.test(code)
