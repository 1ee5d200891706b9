import { StorageUnavailableError } from '../../src/errors.ts'
import { createGuardedStore } from '../../src/services/storage/guarded-store.ts'
import type { ObjectStore } from '../../src/services/storage/object-store.ts'

/** A new one each time, as a store throws it. */
export const outage = (retryAfterMs = 0) =>
  new StorageUnavailableError('The connection to the storage broke.', { outage: true, retryAfterMs })

export const a = 'images/a.webp'
export const b = 'images/b.webp'
export const c = 'images/c.webp'
export const probe = 'images/probe.webp'

const putOptions = { contentType: 'image/webp', cacheControl: '', sha256: '', ifAbsent: true }

/** A store whose keys answer, or fail with a new error of the kind told. */
export function createScriptedStore() {
  const failing = new Map<string, () => Error>()
  const asked: string[] = []
  async function answer(verb: string, key: string): Promise<null> {
    asked.push(`${verb} ${key}`)
    const error = failing.get(`${verb} ${key}`) ?? failing.get(verb)
    if (error) throw error()
    return null
  }
  const store: ObjectStore = {
    head: (key) => answer('get', key),
    checkout: (key) => answer('get', key),
    put: async (key) => (await answer('put', key)) ?? 'stored',
    delete: async (key) => void (await answer('put', key)),
    async *list(folder) {
      yield { key: a, byteSize: 1, modifiedAt: new Date(0) }
      await answer('get', folder)
      yield { key: b, byteSize: 1, modifiedAt: new Date(0) }
    },
  }
  const guarded = createGuardedStore(store, { failures: 3 })
  const settle = (call: Promise<unknown>) => call.catch((error: unknown) => error)
  return {
    failing,
    asked,
    guarded,
    get: (key = a, signal?: AbortSignal) => settle(guarded.head(key, signal)),
    put: (key = a, signal?: AbortSignal) =>
      settle(guarded.put(key, Buffer.alloc(1), { ...putOptions, ...(signal && { signal }) })),
  }
}

type Scripted = ReturnType<typeof createScriptedStore>

/** Lets reads fail until nothing is let through. */
export async function breakDown(scripted: Scripted, error = outage): Promise<void> {
  scripted.failing.set('get', error)
  for (const key of [a, b, c]) await scripted.get(key)
}
