import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StorageNotConfiguredError, StorageUnavailableError } from '../../src/errors.ts'
import { a, b, breakDown, c, createScriptedStore, outage, probe } from '../support/scripted-store.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const refused = new StorageNotConfiguredError('The bucket does not exist.')
const damaged = () => new StorageUnavailableError('The bytes were damaged on the way to or from the storage.')

it('lets everything through while the storage answers', async () => {
  const { get, guarded } = createScriptedStore()
  for (let tried = 0; tried < 20; tried += 1) expect(await get()).toBeNull()
  expect(guarded.waitMs()).toBe(0)
  expect(guarded.downSince).toBeNull()
})

it('fails at once after some failures in a row, without asking the storage', async () => {
  const scripted = createScriptedStore()
  const since = new Date()
  await breakDown(scripted)
  vi.advanceTimersByTime(400)
  const error = { code: 'STORAGE_UNAVAILABLE', retryable: true, outage: true, retryAfterMs: 600 }
  expect(await scripted.get()).toMatchObject(error)
  expect(scripted.asked).toHaveLength(3)
  expect(scripted.guarded.waitMs()).toBe(600)
  expect(scripted.guarded.downSince).toEqual(since)
})

it('does not add up failures with answers between them', async () => {
  const { failing, get, guarded } = createScriptedStore()
  failing.set(`get ${a}`, outage).set(`get ${b}`, outage)
  for (let tried = 0; tried < 10; tried += 1) {
    for (const key of [a, b]) expect(await get(key)).toMatchObject({ outage: true })
    expect(await get(c)).toBeNull()
  }
  expect(guarded.waitMs()).toBe(0)
})

it('takes a refusal, an abort and trouble with an object for no outage', async () => {
  const { failing, get, guarded } = createScriptedStore()
  for (const error of [refused, new Error('The run is being cancelled.'), damaged()]) {
    failing.set('get', () => error)
    for (const key of [a, b, c]) expect(await get(key)).toBe(error)
  }
  expect(guarded.waitMs()).toBe(0)
})

it('looks again after 1 s, then waits twice as long each time, up to 30 s', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  const waits: number[] = []
  for (let tried = 0; tried < 7; tried += 1) {
    waits.push(scripted.guarded.waitMs())
    vi.advanceTimersByTime(scripted.guarded.waitMs())
    expect(await scripted.get()).toMatchObject({ message: 'The connection to the storage broke.' })
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})

it('opens again when a probe is answered, and begins with short waits the next time', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  vi.advanceTimersByTime(1_000)
  await scripted.get()
  vi.advanceTimersByTime(2_000)
  scripted.failing.clear()
  expect(await scripted.get()).toBeNull()
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
  const probing = scripted.guarded.guard(
    () =>
      new Promise<null>((resolve) => {
        answer = resolve
      }),
    { key: a },
  )
  expect(await scripted.get()).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryAfterMs: 1_000 })
  expect(scripted.guarded.waitMs()).toBe(1_000)
  answer(null)
  expect(await probing).toBeNull()
  expect(scripted.guarded.waitMs()).toBe(0)
})

it('stays closed off when the probe is aborted, and opens when it is refused', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  vi.advanceTimersByTime(1_000)
  const aborted = new Error('The run is being cancelled.')
  scripted.failing.set('get', () => aborted)
  expect(await scripted.get()).toBe(aborted)
  expect(scripted.guarded.waitMs()).toBe(2_000)
  vi.advanceTimersByTime(2_000)
  scripted.failing.set('get', () => refused)
  expect(await scripted.get()).toBe(refused)
  expect(scripted.guarded.waitMs()).toBe(0)
})

it('waits as long as the storage asks for, but for five minutes at most', async () => {
  const patient = createScriptedStore()
  await breakDown(patient, () => outage(45_000))
  expect(patient.guarded.waitMs()).toBe(45_000)
  const reckless = createScriptedStore()
  await breakDown(reckless, () => outage(31_536_000_000))
  expect(reckless.guarded.waitMs()).toBe(300_000)
})

it('is not misled by what began before the storage went away', async () => {
  const scripted = createScriptedStore()
  let answer = (_object: null) => {}
  const slow = new Promise<null>((resolve) => {
    answer = resolve
  })
  const early = scripted.guarded.guard(() => slow, { key: a })
  await breakDown(scripted)
  answer(null)
  expect(await early).toBeNull()
  expect(scripted.guarded.waitMs()).toBe(1_000)
})

it('guards listings, and other reads of the same storage', async () => {
  const { failing, get, guarded } = createScriptedStore()
  failing.set('get', outage)
  const listed: string[] = []
  const listing = async () => {
    for await (const { key } of guarded.list('images/')) listed.push(key)
  }
  await expect(listing()).rejects.toMatchObject({ outage: true })
  expect(listed).toEqual([a])
  await expect(guarded.guard(() => Promise.reject(outage()), { key: b })).rejects.toMatchObject({ outage: true })
  await get(c)
  await expect(listing()).rejects.toThrow('left alone')
  expect(listed).toEqual([a])
})

it('probes without writing while writes work, and with a write once they may work again', async () => {
  const { asked, failing, guarded, put } = createScriptedStore()
  const signal = new AbortController().signal
  await guarded.probe(signal)
  expect(asked).toEqual([`get ${probe}`])
  failing.set('put', outage)
  for (const key of [a, b, c]) await put(key)
  asked.length = 0
  await expect(guarded.probe(signal)).rejects.toMatchObject({ outage: true })
  expect(asked).toEqual([`get ${probe}`])
  vi.advanceTimersByTime(guarded.waitMs())
  await expect(guarded.probe(signal)).rejects.toMatchObject({ outage: true })
  failing.clear()
  vi.advanceTimersByTime(guarded.waitMs())
  await guarded.probe(signal)
  expect(guarded.downSince).toBeNull()
  expect(asked.slice(-2)).toEqual(['put images/write-probe.webp', 'put images/write-probe.webp'])
})
