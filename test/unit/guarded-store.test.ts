import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StorageNotConfiguredError, StorageUnavailableError } from '../../src/errors.ts'
import { createGuardedStore } from '../../src/services/storage/guarded-store.ts'
import type { ObjectStore } from '../../src/services/storage/object-store.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const down = new StorageUnavailableError('The connection to the storage broke.')
const refused = new StorageNotConfiguredError('The bucket does not exist.')

/** A store whose answer to head() is told beforehand. */
function createScriptedStore() {
  const head = vi.fn<ObjectStore['head']>().mockResolvedValue(null)
  const unused = () => Promise.reject(new Error('Not part of this test.'))
  const list: ObjectStore['list'] = async function* () {
    yield { key: 'images/a.webp', byteSize: 1, modifiedAt: new Date(0) }
    await head('images/a.webp')
    yield { key: 'images/b.webp', byteSize: 1, modifiedAt: new Date(0) }
  }
  const store: ObjectStore = { head, put: unused, checkout: unused, delete: unused, list }
  return { head, guarded: createGuardedStore(store, { failures: 3 }) }
}

type Scripted = ReturnType<typeof createScriptedStore>

const ask = ({ guarded }: Scripted) => guarded.head('images/a.webp').catch((error: unknown) => error)

async function breakDown(scripted: Scripted): Promise<void> {
  scripted.head.mockRejectedValue(down)
  for (let tried = 0; tried < 3; tried += 1) await ask(scripted)
}

it('lets everything through while the storage answers', async () => {
  const scripted = createScriptedStore()
  for (let tried = 0; tried < 20; tried += 1) expect(await ask(scripted)).toBeNull()
  expect(scripted.guarded.waitMs()).toBe(0)
  expect(scripted.guarded.downSince).toBeNull()
})

it('fails at once after some failures in a row, without asking the storage', async () => {
  const scripted = createScriptedStore()
  const since = new Date()
  await breakDown(scripted)
  vi.advanceTimersByTime(400)
  expect(await ask(scripted)).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true, retryAfterMs: 600 })
  expect(scripted.head).toHaveBeenCalledTimes(3)
  expect(scripted.guarded.waitMs()).toBe(600)
  expect(scripted.guarded.downSince).toEqual(since)
})

it('does not add up failures with answers between them', async () => {
  const scripted = createScriptedStore()
  for (let tried = 0; tried < 10; tried += 1) {
    scripted.head.mockRejectedValueOnce(down).mockRejectedValueOnce(down).mockResolvedValueOnce(null)
    expect([await ask(scripted), await ask(scripted), await ask(scripted)]).toEqual([down, down, null])
  }
  expect(scripted.guarded.waitMs()).toBe(0)
})

it('takes a refusal, a missing object and an abort for no failure', async () => {
  const scripted = createScriptedStore()
  const aborted = new Error('The run is being cancelled.')
  for (const error of [refused, aborted, refused, aborted]) {
    scripted.head.mockRejectedValueOnce(error)
    expect(await ask(scripted)).toBe(error)
  }
  expect(scripted.guarded.waitMs()).toBe(0)
})

it('looks again after 1 s, then waits twice as long each time, up to 30 s', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  const waits: number[] = []
  for (let probe = 0; probe < 7; probe += 1) {
    waits.push(scripted.guarded.waitMs())
    vi.advanceTimersByTime(scripted.guarded.waitMs())
    expect(await ask(scripted)).toBe(down)
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect(scripted.head).toHaveBeenCalledTimes(3 + 7)
})

it('opens again when a probe is answered, and begins with short waits the next time', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  vi.advanceTimersByTime(1_000)
  await ask(scripted)
  vi.advanceTimersByTime(2_000)
  scripted.head.mockResolvedValue(null)
  expect(await ask(scripted)).toBeNull()
  expect(scripted.guarded.downSince).toBeNull()
  expect(scripted.guarded.waitMs()).toBe(0)
  await breakDown(scripted)
  expect(scripted.guarded.waitMs()).toBe(1_000)
})

it('lets one probe through, and nobody waits for it', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  vi.advanceTimersByTime(1_000)
  let answer = (_object: null) => {}
  const promise = new Promise<null>((resolve) => {
    answer = resolve
  })
  scripted.head.mockReturnValue(promise)
  const probe = ask(scripted)
  expect(await ask(scripted)).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryAfterMs: 1_000 })
  expect(scripted.guarded.waitMs()).toBe(1_000)
  answer(null)
  expect(await probe).toBeNull()
  expect(scripted.guarded.waitMs()).toBe(0)
})

it('stays closed off when the probe is aborted, and opens when it is refused', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  vi.advanceTimersByTime(1_000)
  const aborted = new Error('The run is being cancelled.')
  scripted.head.mockRejectedValueOnce(aborted)
  expect(await ask(scripted)).toBe(aborted)
  expect(scripted.guarded.waitMs()).toBe(2_000)
  vi.advanceTimersByTime(2_000)
  scripted.head.mockRejectedValueOnce(refused)
  expect(await ask(scripted)).toBe(refused)
  expect(scripted.guarded.waitMs()).toBe(0)
})

it('waits as long as the storage asks for', async () => {
  const scripted = createScriptedStore()
  scripted.head.mockRejectedValue(
    new StorageUnavailableError('The storage asks for fewer requests.', { retryAfterMs: 45_000 }),
  )
  for (let tried = 0; tried < 3; tried += 1) await ask(scripted)
  expect(scripted.guarded.waitMs()).toBe(45_000)
})

it('guards listings, and other calls to the same storage', async () => {
  const scripted = createScriptedStore()
  scripted.head.mockRejectedValue(down)
  const listed: string[] = []
  const listing = async () => {
    for await (const { key } of scripted.guarded.list('images/')) listed.push(key)
  }
  await expect(listing()).rejects.toBe(down)
  expect(listed).toEqual(['images/a.webp'])
  for (let tried = 0; tried < 2; tried += 1)
    await expect(scripted.guarded.guard(() => Promise.reject(down))).rejects.toBe(down)
  await expect(listing()).rejects.toThrow('left alone')
  expect(listed).toEqual(['images/a.webp'])
})
