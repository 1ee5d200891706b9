import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel'
import { StorageNotConfiguredError, StorageUnavailableError } from '../../errors.ts'
import type { ObjectStore } from './object-store.ts'

interface Settings {
  /** whether an error says that the storage as a whole is away, and not that one object is in trouble; default: always */
  isOutage?: (error: StorageUnavailableError) => boolean
  /** so many calls in a row that find the storage unavailable close it off */
  failures?: number
  /** before the first look whether it is back, and of each further one twice that, ms */
  firstWaitMs?: number
  maxWaitMs?: number
}

export interface GuardedStore extends ObjectStore {
  /** 0 when calls are let through, else how long it pays to wait before the next one, ms */
  waitMs(): number
  /** since when nothing is let through; null when all is well */
  readonly downSince: Date | null
  /** runs something else that asks the same storage under the same guard */
  guard<T>(call: () => Promise<T>): Promise<T>
}

/**
 * Keeps a storage that is down from being asked by everyone, again and again: after some failures in a row every call
 * fails at once, and now and then one is let through as a probe. Only StorageUnavailableError counts as a failure, also
 * when the storage asks for fewer requests; a refusal is an answer.
 */
export function createGuardedStore(
  store: ObjectStore,
  { isOutage = () => true, failures = 5, firstWaitMs = 1_000, maxWaitMs = 30_000 }: Settings = {},
): GuardedStore {
  let probeAt = 0
  let downSince: Date | null = null

  const breaker: CircuitBreakerPolicy = circuitBreaker(handleWhen(isFailure), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: new DelegateBackoff(({ attempt, result }) => {
      const wish = 'error' in result && result.error instanceof StorageUnavailableError ? result.error.retryAfterMs : 0
      const waitMs = Math.max(Math.min(firstWaitMs * 2 ** (attempt - 1), maxWaitMs), wish)
      probeAt = Date.now() + waitMs
      return waitMs
    }),
  })
  breaker.onBreak(() => {
    downSince ??= new Date()
  })
  breaker.onReset(() => {
    downSince = null
  })

  function isFailure(error: Error): boolean {
    if (error instanceof StorageUnavailableError) return isOutage(error)
    // a probe that was aborted has proven nothing, though the breaker would take any other error for a success
    return breaker.state === CircuitState.HalfOpen && !(error instanceof StorageNotConfiguredError)
  }

  function waitMs(): number {
    if (breaker.state === CircuitState.Closed) return 0
    // while a probe is under way, nobody knows how long it takes
    return breaker.state === CircuitState.HalfOpen ? firstWaitMs : Math.max(0, probeAt - Date.now())
  }

  async function guard<T>(call: () => Promise<T>): Promise<T> {
    const retryAfterMs = waitMs()
    // the breaker would let callers wait for the end of the probe
    if (retryAfterMs > 0)
      throw new StorageUnavailableError('The storage has been failing; it is left alone for now.', { retryAfterMs })
    return breaker.execute(call)
  }

  return {
    waitMs,
    guard,
    get downSince() {
      return downSince
    },
    put: (key, bytes, options) => guard(() => store.put(key, bytes, options)),
    head: (key, signal) => guard(() => store.head(key, signal)),
    checkout: (key, signal) => guard(() => store.checkout(key, signal)),
    delete: (key) => guard(() => store.delete(key)),
    async *list(folder, signal) {
      const objects = store.list(folder, signal)[Symbol.asyncIterator]()
      try {
        let next = await guard(() => objects.next())
        while (!next.done) {
          yield next.value
          // what is left of a page proves nothing, so of the later steps only failures count
          next = await objects.next().catch((error: unknown) => guard(() => Promise.reject(error)))
        }
      } finally {
        await objects.return?.()
      }
    },
  }
}
