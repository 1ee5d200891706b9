import { type AppError, StorageNotConfiguredError, StorageUnavailableError } from '../../errors.ts'
import { parseRetryAfter } from '../retry-after.ts'
import {
  byCode,
  byStatus,
  bySystemCode,
  failing,
  garbled,
  mayPass,
  outages,
  refusals,
  refused,
  type S3ErrorKind,
  type S3Meaning,
  silent,
  unreadable,
} from './s3-meanings.ts'

export interface S3Fault {
  kind: S3ErrorKind
  /** of the answer; null when there was none */
  status: number | null
  /** trying the same again can help */
  retryable: boolean
  /** the storage as a whole is away; false where only this object is in trouble */
  outage: boolean
  /** the storage refuses us altogether, and not only this object */
  whole: boolean
  /** how long the storage asks to be left alone, ms */
  retryAfterMs: number
  /** for a person, without keys, secrets or addresses */
  message: string
}

interface SdkError {
  name?: string
  code?: string
  $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean }
  $response?: { headers?: Record<string, string | undefined> }
}

/** Bytes that came back are not those that were stored, or not all of them. */
export class DamagedObjectError extends Error {
  override readonly name = 'DamagedObjectError'
}

/** Tells what an error of the S3 client means; the only place that knows the names of S3's errors. */
export function classifyS3Error(error: unknown): S3Fault {
  const { name = '', code = '', $metadata, $response } = (error ?? {}) as SdkError
  const status = $metadata?.httpStatusCode ?? null
  const row = error instanceof DamagedObjectError ? garbled : rowOf({ name, code, status })
  const { kind, message } = row
  return {
    kind,
    status,
    message,
    outage: outages.has(row),
    whole: refusals.has(row),
    // the client has taken over the storage's clock by then, so the next signature is good
    retryable: mayPass.has(kind) || $metadata?.clockSkewCorrected === true,
    retryAfterMs: parseRetryAfter($response?.headers?.['retry-after']),
  }
}

function rowOf({ name, code, status }: { name: string; code: string; status: number | null }): S3Meaning {
  const row = byCode[name] ?? byStatus[status ?? 0] ?? bySystemCode[code]
  if (row) return row
  if (status === null) return name === 'TimeoutError' ? silent : unreadable
  if (status >= 500) return failing
  return status >= 400 ? refused : unreadable
}

/** The error that leaves the store: one that may pass, or one that somebody has to mend. */
export function toStorageError(fault: S3Fault, cause: unknown): AppError {
  const { message, outage, whole, retryAfterMs } = fault
  return fault.retryable
    ? new StorageUnavailableError(message, { cause, outage, retryAfterMs })
    : new StorageNotConfiguredError(message, { cause, whole })
}
