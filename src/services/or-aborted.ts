const ignore = () => {}

/** The promise, or the signal's reason as soon as that comes; then what the promise brings is given to `unwanted`. */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  unwanted: (value: T) => void = ignore,
): Promise<T> {
  if (signal.aborted) {
    promise.then(unwanted, ignore)
    throw signal.reason
  }
  return new Promise<T>((resolve, reject) => {
    const abort = () => {
      promise.then(unwanted, ignore)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
