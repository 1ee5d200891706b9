import { AppError } from './errors.ts'

interface D1Trouble {
  /** of the answer; null where there was none, as with the embedded file */
  status?: number | null
  /** how long D1 asks to be left alone; absent where it does not say */
  retryAfterSeconds?: number
}

/** D1 cannot be had now; later it may. All we send can be sent again, whether or not it had an effect. */
export class D1UnavailableError extends AppError {
  override readonly name = 'D1UnavailableError'
  readonly code = 'D1_UNAVAILABLE'
  override readonly retryable = true
  readonly status: number | null
  readonly retryAfterSeconds?: number
  constructor(message: string, { status = null, retryAfterSeconds, ...options }: D1Trouble & ErrorOptions = {}) {
    super(message, options)
    this.status = status
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds
  }
}

/** D1 answers that it will not do this, and would answer so again: somebody has to mend something first. */
export class D1RefusedError extends AppError {
  override readonly name = 'D1RefusedError'
  readonly code = 'D1_REFUSED'
  readonly status: number | null
  constructor(message: string, { status = null, ...options }: Pick<D1Trouble, 'status'> & ErrorOptions = {}) {
    super(message, options)
    this.status = status
  }
}
