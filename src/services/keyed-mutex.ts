import { Mutex } from 'async-mutex'

/** Runs one at a time for each key, in the order asked for. */
export function createKeyedMutex() {
  const mutexes = new Map<string, { mutex: Mutex; users: number }>()
  return async <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const entry = mutexes.get(key) ?? { mutex: new Mutex(), users: 0 }
    mutexes.set(key, entry)
    entry.users += 1
    try {
      return await entry.mutex.runExclusive(run)
    } finally {
      entry.users -= 1
      if (entry.users === 0) mutexes.delete(key)
    }
  }
}
