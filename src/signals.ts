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

/** Aborted when the promise resolves, with the name of the signal as the reason. */
export function abortWhen(stopped: Promise<NodeJS.Signals>): AbortSignal {
  const controller = new AbortController()
  void stopped.then((signal) => controller.abort(signal))
  return controller.signal
}
