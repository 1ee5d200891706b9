import type { S3Fault } from './s3-errors.ts'
import type { S3ErrorKind } from './s3-meanings.ts'

export type S3Operation = 'put' | 'head' | 'get' | 'delete' | 'list'

export type S3Result = 'ok' | 'aborted' | 'throttled-429' | 'throttled-503' | Exclude<S3ErrorKind, 'throttled'>

export interface S3Count {
  operation: S3Operation
  result: S3Result
  count: number
}

export interface S3Statistics {
  count(operation: S3Operation, result: S3Result): void
  /** every attempt since the start, those that were repeated too; without the pairs that never occurred */
  read(): S3Count[]
}

export function createS3Statistics(): S3Statistics {
  const counts = new Map<string, S3Count>()

  return {
    count(operation, result) {
      const id = `${operation} ${result}`
      const entry = counts.get(id) ?? { operation, result, count: 0 }
      entry.count += 1
      counts.set(id, entry)
    },
    read: () => [...counts.values()].map((entry) => ({ ...entry })),
  }
}

/** A bucket's own limit shows as 429, a provider that is overloaded as 503: what to do about them differs. */
export function resultOf({ kind, status }: S3Fault): S3Result {
  if (kind !== 'throttled') return kind
  return status === 429 ? 'throttled-429' : 'throttled-503'
}
