interface Limit {
  signal: AbortSignal
  ms: number
  /** what the task fails with when the time is over */
  late: () => Error
}

/** Runs a task with a signal that also comes when the time is over. Fails with the reason of whichever came first. */
export async function withTimeLimit<T>({ signal, ms, late }: Limit, task: (signal: AbortSignal) => Promise<T>) {
  signal.throwIfAborted()
  const abort = new AbortController()
  const stop = () => abort.abort(signal.reason)
  signal.addEventListener('abort', stop)
  const timer = setTimeout(() => abort.abort(late()), ms)
  try {
    return await task(abort.signal)
  } catch (error) {
    // a stream that is cut off says so in words of its own
    throw abort.signal.aborted ? abort.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
