/** Resolves to the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(1)
        stopping = true
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
