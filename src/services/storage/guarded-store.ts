import { createHash } from 'node:crypto'
import type { ObjectStore } from './object-store.ts'
import { type Asked, type BreakerRules, createOutageBreaker } from './outage-breaker.ts'

type Settings = Partial<Omit<BreakerRules, 'look'>>

export interface GuardedStore extends ObjectStore {
  /** 0 when calls are let through, else how long it pays to wait before the next one, ms */
  waitMs(): number
  /** since when reads or writes are not let through; a storage that is back is noticed by the next call only */
  readonly downSince: Date | null
  /** reads the same storage in another way under the same guard */
  guard<T>(read: () => Promise<T>, asked: Asked): Promise<T>
  /** Throws what keeps the storage from being used; writes nothing unless writes have failed and may work again. */
  probe(signal: AbortSignal): Promise<void>
}

/** A name that no object ever has. */
export const probeKey = 'images/probe.webp'
const lookMs = 5_000

/** What is written as a probe, and deleted. */
const written = { key: 'images/write-probe.webp', bytes: Buffer.from('A probe of greenroom.\n') }
const probeOptions = {
  contentType: 'image/webp',
  cacheControl: 'no-store',
  sha256: createHash('sha256').update(written.bytes).digest('hex'),
  ifAbsent: false,
}

/**
 * Keeps a storage that is down from being asked by everyone, again and again. Reads and writes are judged apart, as a
 * storage that is full or takes no writes answers reads all the same. There is nothing harmless to write as a look, so
 * that writes fail is known only once two keys have failed.
 */
export function createGuardedStore(
  store: ObjectStore,
  { failures = 3, firstWaitMs = 1_000, maxWaitMs = 30_000 }: Settings = {},
): GuardedStore {
  const rules = { failures, firstWaitMs, maxWaitMs }
  const look = () => store.head(probeKey, AbortSignal.timeout(lookMs))
  const reads = createOutageBreaker({ ...rules, look })
  const writes = createOutageBreaker(rules)

  return {
    waitMs: () => Math.max(reads.waitMs(), writes.waitMs()),
    guard: (read, asked) => reads.run(read, asked),
    get downSince() {
      const [first = null] = [reads, writes]
        .flatMap(({ downSince }) => downSince ?? [])
        .sort((a, b) => a.getTime() - b.getTime())
      return first
    },
    async probe(signal) {
      await reads.run(() => store.head(probeKey, signal), { key: probeKey, signal })
      // nobody else may be about to write: who is told that we are not ready sends us nothing
      if (!writes.downSince) return
      const { key, bytes } = written
      await writes.run(() => store.put(key, bytes, { ...probeOptions, signal }), { key, signal })
      await store.delete(key)
    },
    put: (key, bytes, options) => writes.run(() => store.put(key, bytes, options), { key, signal: options.signal }),
    head: (key, signal) => reads.run(() => store.head(key, signal), { key, signal }),
    checkout: (key, signal) => reads.run(() => store.checkout(key, signal), { key, signal }),
    delete: (key) => writes.run(() => store.delete(key), { key }),
    async *list(folder, signal) {
      const asked = { key: folder, signal }
      const objects = store.list(folder, signal)[Symbol.asyncIterator]()
      try {
        let next = await reads.run(() => objects.next(), asked)
        while (!next.done) {
          yield next.value
          // what is left of a page proves nothing, so of the later steps only failures count
          next = await objects.next().catch((error: unknown) => reads.run(() => Promise.reject(error), asked))
        }
      } finally {
        await objects.return?.()
      }
    },
  }
}
