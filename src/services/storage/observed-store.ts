import { type Observations, type Observe, resultOf, type StoreName, timed } from '../observations.ts'
import type { ObjectStore } from './object-store.ts'

/** Measures the calls to a store. What a listing takes is the time of its reader, so that is left out. */
export function createTimer(name: StoreName, observe: Observe) {
  return <T>(operation: Observations['storage']['operation'], call: () => Promise<T>): Promise<T> =>
    timed(call, (error, seconds) => observe('storage', { store: name, operation, result: resultOf(error) }, seconds))
}

export type StoreTimer = ReturnType<typeof createTimer>

export function observeStore(store: ObjectStore, time: StoreTimer): ObjectStore {
  return {
    put: (key, bytes, options) => time('put', () => store.put(key, bytes, options)),
    head: (key, signal) => time('head', () => store.head(key, signal)),
    checkout: (key, signal) => time('get', () => store.checkout(key, signal)),
    delete: (key) => time('delete', () => store.delete(key)),
    list: (folder, signal) => store.list(folder, signal),
  }
}
