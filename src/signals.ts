import { constants } from 'node:os'
import { OperatorError } from './errors.ts'

/** Somebody has stopped the command. */
export class InterruptedError extends OperatorError {
  override readonly name = 'InterruptedError'
  readonly signal: NodeJS.Signals
  constructor(signal: NodeJS.Signals) {
    super('Interrupted.')
    this.signal = signal
  }

  /** as a shell tells of a program that a signal ended */
  get exitCode(): number {
    return 128 + constants.signals[this.signal]
  }
}

/** A terminal sends Ctrl-C to npm and to its child, and npm sends it on: within this time it is the same one, ms. */
const echoMs = 500

/** Resolves to the first SIGINT or SIGTERM; a second one, later than an echo of it, ends the process at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stoppingSince: number | null = null
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        const now = performance.now()
        if (stoppingSince !== null && now - stoppingSince > echoMs) process.exit(1)
        stoppingSince ??= now
        resolve(signal)
      })
    }
  })
}

/** Aborted when the promise resolves, with an InterruptedError as the reason. */
export function abortWhen(stopped: Promise<NodeJS.Signals>): AbortSignal {
  const controller = new AbortController()
  void stopped.then((signal) => controller.abort(new InterruptedError(signal)))
  return controller.signal
}
