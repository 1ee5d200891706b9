import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { classifyS3Error, type S3Fault, toStorageError } from './s3-errors.ts'
import type { S3ErrorKind } from './s3-meanings.ts'
import { resultOf, type S3Operation, type S3Statistics } from './s3-statistics.ts'

export interface S3Retries {
  /** of one call, the first included */
  attempts: number
  /** the first pause is at most this long, each later one at most twice the one before, ms */
  baseMs: number
  /** nobody waits longer than this for the next attempt: what asks for more is thrown with that wish, ms */
  maxWaitMs: number
}

interface Settings {
  connections: number
  /** of one request with its answer, without the time that their bytes take */
  totalMs: number
  retries: S3Retries
  statistics: S3Statistics
}

interface CallOptions<T> {
  signal?: AbortSignal | undefined
  /** what an error of that kind means to this call, instead of being thrown */
  answers?: { readonly [kind in S3ErrorKind]?: T }
}

export type S3Call = <T>(operation: S3Operation, attempt: Attempt<T>, options: CallOptions<T>) => Promise<T>

/** `expect` allows for that many bytes to be sent or received, as soon as it is known how many. */
type Attempt<T> = (signal: AbortSignal, expect: (bytes: number) => void) => Promise<T>

/** Below this, 64 KiB/s, a line is as good as dead: a picture of 10 MB would take longer than 160 s. Bytes per ms. */
const slowestRate = (64 * 1024) / 1_000

/** A storage that is overloaded needs longer than a connection that broke. */
const throttledFactor = 5

/**
 * Runs one operation, with the reading of its answer, until it succeeds, is refused or has failed too often. Retries
 * are not left to the client: it knows nothing of bodies that break off, asks again 5 s after an answer that said
 * `Retry-After: 60`, and stops retrying altogether when many calls fail.
 */
export function createS3Call({ connections, totalMs, retries, statistics }: Settings): S3Call {
  // waiting for a connection here and not in the agent keeps the wait out of the time limits
  const slots = new PQueue({ concurrency: connections })

  /** An abort ends the wait for a slot at once; an attempt under way ends by itself, and with it all that it holds. */
  async function inSlot<T>(run: () => Promise<T>, signalled: { signal?: AbortSignal }): Promise<T> {
    const started: Promise<T>[] = []
    const start = () => {
      const running = run()
      started.push(running)
      return running
    }
    try {
      return await slots.add(start, signalled)
    } catch (error) {
      // at an abort the queue lets go of what it has started
      await started[0]
      throw error
    }
  }

  async function withinTime<T>(attempt: Attempt<T>, signal?: AbortSignal): Promise<T> {
    const limit = new AbortController()
    const endAt = performance.now() + totalMs
    const late = () => limit.abort(new DOMException('The request took too long.', 'TimeoutError'))
    let timer = setTimeout(late, totalMs)
    const expect = (bytes: number) => {
      clearTimeout(timer)
      timer = setTimeout(late, endAt + bytes / slowestRate - performance.now())
    }
    try {
      return await attempt(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal, expect)
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }

  /** How long to wait before the next attempt; throws where there is to be none. */
  function pauseMs(fault: S3Fault, tried: number, error: unknown): number {
    const isLast = !fault.retryable || tried >= retries.attempts || fault.retryAfterMs > retries.maxWaitMs
    if (isLast) throw toStorageError(fault, error)
    const most = retries.baseMs * 2 ** (tried - 1) * (fault.kind === 'throttled' ? throttledFactor : 1)
    // jitter also after Retry-After, or all who were told the same come back at once
    return fault.retryAfterMs + Math.random() * most
  }

  function judge(operation: S3Operation, error: unknown, signal?: AbortSignal): S3Fault {
    if (signal?.aborted) {
      statistics.count(operation, 'aborted')
      throw signal.reason
    }
    const fault = classifyS3Error(error)
    statistics.count(operation, resultOf(fault))
    return fault
  }

  return async (operation, attempt, { signal, answers = {} }) => {
    const signalled = signal ? { signal } : {}
    for (let tried = 1; ; tried += 1) {
      signal?.throwIfAborted()
      try {
        const value = await inSlot(() => withinTime(attempt, signal), signalled)
        statistics.count(operation, 'ok')
        return value
      } catch (error) {
        const fault = judge(operation, error, signal)
        const answer = answers[fault.kind]
        if (answer !== undefined) return answer
        // an abort ends the pause and is thrown above
        await sleep(pauseMs(fault, tried, error), undefined, signalled).catch(() => {})
      }
    }
  }
}
