import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { StorageUnavailableError } from '../../src/errors.ts'
import { createGuardedStore } from '../../src/services/storage/guarded-store.ts'
import type { S3Options } from '../../src/services/storage/s3-store.ts'
import { createTestS3Store } from '../support/s3-store.ts'
import type { Fault } from '../support/strict-s3/faults.ts'
import { startStrictS3 } from '../support/strict-s3/server.ts'

const key = 'images/0123-abcd/thumbnail.webp'
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const bytes = randomBytes(200_000)

function options(of: Uint8Array, ifAbsent = true) {
  return { contentType: 'image/webp', cacheControl: 'public', sha256: hashOf(of), ifAbsent }
}

async function start(settings: Partial<S3Options> = {}) {
  const s3 = await startStrictS3()
  const { store, ...created } = await createTestS3Store(s3, settings)
  onTestFinished(async () => {
    await created[Symbol.asyncDispose]()
    await s3[Symbol.asyncDispose]()
  })
  return { s3, store }
}

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work()
  return performance.now() - since
}

it.each<Fault>(['500', '502 page', '503', '429', '409', 'reset before body', 'reset after body'])(
  'stores an object once in spite of: %s',
  async (fault) => {
    const { s3, store } = await start()
    s3.failNext(fault)
    expect(await store.put(key, bytes, options(bytes))).toBe('stored')
    expect(s3.puts.get(`pictures/${key}`)).toBe(1)
    expect(s3.log.map((each) => each.fault)).toEqual([fault, null])
  },
)

it('finds its own object when the answer to the put was lost', async () => {
  const { s3, store } = await start()
  s3.failNext('lost answer')
  expect(await store.put(key, bytes, options(bytes))).toBe('exists')
  expect(await store.head(key)).toEqual({ byteSize: bytes.length, sha256: hashOf(bytes) })
  expect(s3.puts.get(`pictures/${key}`)).toBe(1)
})

it('reads an object anew when its bytes break off', async () => {
  const { s3, store } = await start()
  await store.put(key, bytes, options(bytes))
  s3.failNext('truncated GET')
  s3.failNext('truncated GET')
  await using file = await store.checkout(key)
  expect((await readFile(file?.path ?? '')).equals(bytes)).toBe(true)
})

it('hands out no object whose bytes are not those that were stored', async () => {
  const { s3, store } = await start()
  await store.put(key, bytes, options(bytes))
  const object = s3.objects.get(`pictures/${key}`)
  if (object) object.body = randomBytes(bytes.length)
  await expect(store.checkout(key)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining('damaged'),
  })
})

it('gives up after four attempts, with a sentence and the cause', async () => {
  const { s3, store } = await start()
  for (let attempt = 0; attempt < 5; attempt += 1) s3.failNext('500')
  await expect(store.head(key)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    retryable: true,
    message: 'The storage has a fault of its own.',
    cause: expect.any(Error),
  })
  expect(s3.log).toHaveLength(4)
})

it.each<Fault>(['429', '503'])('waits as long as %s asks', async (fault) => {
  const { s3, store } = await start()
  s3.failNext(fault, { retryAfter: 1 })
  expect(await store.put(key, bytes, options(bytes))).toBe('stored')
  const [first, second] = s3.log
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990)
})

it('does not wait for minutes, but says how long the storage wants', async () => {
  const { s3, store } = await start()
  s3.failNext('503', { retryAfter: 600 })
  await expect(store.head(key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryAfterMs: 600_000 })
  expect(s3.log).toHaveLength(1)
})

it('counts every attempt, 429 apart from 503', async () => {
  const { s3, store } = await start()
  for (const fault of ['429', '503', '429', '500'] as const)
    s3.failNext(fault, { method: fault === '500' ? 'HEAD' : 'PUT' })
  await store.put(key, bytes, options(bytes))
  await store.put(key, bytes, options(bytes))
  await store.head(key)
  await store.checkout('images/none.webp')
  const counts = Object.fromEntries(store.statistics().map((each) => [`${each.operation} ${each.result}`, each.count]))
  expect(counts).toEqual({
    'put throttled-429': 2,
    'put throttled-503': 1,
    'put ok': 1,
    'put exists': 1,
    'head unavailable': 1,
    'head ok': 1,
    'get not-found': 1,
  })
})

it.each<[string, Fault]>([
  ['never answers', 'stall'],
  ['stops in the middle of an object', 'stalled GET'],
])('ends in time when the storage %s', async (_what, fault) => {
  const { s3, store } = await start({ timeouts: { idleMs: 200 }, retries: { attempts: 2, baseMs: 5 } })
  await store.put(key, bytes, options(bytes))
  s3.failNext(fault)
  s3.failNext(fault)
  const failure = expect(store.checkout(key)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: 'The storage did not answer in time.',
  })
  expect(await elapsedMs(() => failure)).toBeLessThan(2_000)
  expect(await store.head(key)).not.toBeNull()
})

it('ends a request that takes too long as a whole', async () => {
  const { s3, store } = await start({ timeouts: { totalMs: 200 }, retries: { attempts: 1 } })
  s3.failNext('stall')
  const small = bytes.subarray(0, 100)
  const failure = expect(store.put(key, small, options(small))).rejects.toMatchObject({
    message: 'The storage did not answer in time.',
  })
  expect(await elapsedMs(() => failure)).toBeLessThan(2_000)
})

it('gives an object as much more time as its bytes take on a slow line', async () => {
  const { s3, store } = await start({ timeouts: { totalMs: 100 }, retries: { attempts: 1 } })
  s3.failNext('slow')
  expect(await store.put(key, bytes, options(bytes))).toBe('stored')
  s3.failNext('slow GET')
  await using file = await store.checkout(key)
  expect((await readFile(file?.path ?? '')).equals(bytes)).toBe(true)
  s3.failNext('slow')
  await expect(store.head(key)).rejects.toThrow('did not answer in time')
})

it.each<[string, Fault]>([
  ['a request', 'stall'],
  ['the pause before the next attempt', '503'],
])('stops at once when aborted during %s', async (_what, fault) => {
  const { s3, store } = await start()
  s3.failNext(fault, { retryAfter: 15 })
  const controller = new AbortController()
  const reason = new Error('The run is being cancelled.')
  setTimeout(() => controller.abort(reason), 100)
  const putting = store.put(key, bytes, { ...options(bytes), signal: controller.signal })
  const failure = expect(putting).rejects.toBe(reason)
  expect(await elapsedMs(() => failure)).toBeLessThan(2_000)
  expect(s3.objects.size).toBe(0)
})

it('waits for nobody who reads slowly', async () => {
  const { s3, store } = await start({ connections: 2 })
  const large = randomBytes(8 * 1024 * 1024)
  await store.put(key, large, options(large))
  const slow = await Promise.all([1, 2, 3].map(() => store.readStream(key)))
  expect(await store.head(key)).not.toBeNull()
  for (const each of slow) expect(each && (await buffer(each.stream)).equals(large)).toBe(true)
  expect(s3.log.every(({ status }) => status === 200)).toBe(true)
})

it('fails at once while the storage is down, and goes on by itself when it is back', async () => {
  const { s3, store } = await start()
  const guarded = createGuardedStore(store, { failures: 2, firstWaitMs: 300 })
  await guarded.put(key, bytes, options(bytes))
  await s3.stop()
  for (let asked = 0; asked < 2; asked += 1) await expect(guarded.head(key)).rejects.toThrow('Nothing answers')
  expect(guarded.downSince).toBeInstanceOf(Date)
  const refused = expect(guarded.head(key)).rejects.toThrow('left alone')
  expect(await elapsedMs(() => refused)).toBeLessThan(50)
  await s3.start()
  while (guarded.waitMs() > 0) await sleep(guarded.waitMs())
  expect(await guarded.head(key)).toEqual({ byteSize: bytes.length, sha256: hashOf(bytes) })
  expect(guarded.downSince).toBeNull()
})

it('comes to the right end with a fault in every fifth request', async () => {
  const { s3, store } = await start({ timeouts: { idleMs: 300 } })
  const faults: Fault[] = ['500', '503', '429', '409', '502 page', 'reset before body', 'reset after body']
  s3.failAtRandom({ rate: 0.2, seed: 7, faults: [...faults, 'lost answer', 'truncated GET', 'stalled GET', 'stall'] })
  // as a task that is tried again does
  const persist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof StorageUnavailableError)) throw error
      }
    }
  }
  const bodies = Array.from({ length: 300 }, (_each, index) => randomBytes(1_000 + index * 50))
  await Promise.all(
    bodies.map(async (body, index) => {
      const name = `images/${index}/main.webp`
      await persist(() => store.put(name, body, options(body)))
      expect(await persist(() => store.head(name))).toEqual({ byteSize: body.length, sha256: hashOf(body) })
      await using file = await persist(() => store.checkout(name))
      expect((await readFile(file?.path ?? '')).equals(body)).toBe(true)
    }),
  )
  expect(s3.objects.size).toBe(300)
  expect([...s3.puts.values()]).toEqual(Array(300).fill(1))
  expect(s3.log.filter(({ fault }) => fault).length).toBeGreaterThan(100)
})
