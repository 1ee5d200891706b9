import { AppError } from './errors.ts'

/** Too much is asked for at the moment. */
abstract class TryLaterError extends AppError {
  override readonly retryable = true
  readonly retryAfterSeconds: number
  constructor(sentence: string, retryAfterSeconds: number) {
    super(`${sentence}; try again in ${retryAfterSeconds} s.`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** As many tasks wait as may. Nothing was stored. */
export class QueueFullError extends TryLaterError {
  override readonly name = 'QueueFullError'
  readonly code = 'QUEUE_FULL'
  constructor(waiting: number, retryAfterSeconds: number) {
    super(`There are ${waiting} tasks waiting, and no more are accepted`, retryAfterSeconds)
  }
}

/** Who asks has asked too often lately. Nothing was done. */
export class RateLimitedError extends TryLaterError {
  override readonly name = 'RateLimitedError'
  readonly code = 'RATE_LIMITED'
  constructor(what: string, perMinute: number, retryAfterSeconds: number) {
    super(`You may have ${perMinute} ${what} a minute`, retryAfterSeconds)
  }
}
