import { AppError } from './errors.ts'

/** As many tasks wait as may. Nothing was stored. */
export class QueueFullError extends AppError {
  override readonly name = 'QueueFullError'
  readonly code = 'QUEUE_FULL'
  override readonly retryable = true
  readonly retryAfterSeconds: number
  constructor(waiting: number, retryAfterSeconds: number) {
    super(`There are ${waiting} tasks waiting, and no more are accepted; try again in ${retryAfterSeconds} s.`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Who asks has asked too often lately. Nothing was done. */
export class RateLimitedError extends AppError {
  override readonly name = 'RateLimitedError'
  readonly code = 'RATE_LIMITED'
  override readonly retryable = true
  readonly retryAfterSeconds: number
  constructor(what: string, perMinute: number, retryAfterSeconds: number) {
    super(`You may have ${perMinute} ${what} a minute; try again in ${retryAfterSeconds} s.`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}
