interface Load<T> {
  done: Promise<T>
  abort: AbortController
  waiting: number
}

/**
 * Loads a thing once for all who ask for it meanwhile. Whoever's signal is aborted leaves; when the last one has left,
 * the load is told to end.
 */
export function createSharedLoads<T>(load: (key: string, signal: AbortSignal) => Promise<T>) {
  const loads = new Map<string, Load<T>>()

  function begin(key: string): Load<T> {
    const abort = new AbortController()
    const begun = { done: load(key, abort.signal), abort, waiting: 0 }
    loads.set(key, begun)
    return begun
  }

  return async (key: string, signal: AbortSignal): Promise<T> => {
    signal.throwIfAborted()
    const joined = loads.get(key) ?? begin(key)
    joined.waiting += 1
    try {
      return await untilAborted(joined.done, signal)
    } finally {
      joined.waiting -= 1
      if (joined.waiting === 0) {
        // nobody joins what is about to end
        if (loads.get(key) === joined) loads.delete(key)
        joined.abort.abort()
      }
    }
  }
}

function untilAborted<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave)
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
