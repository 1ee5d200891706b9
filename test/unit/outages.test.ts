import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { a, b, breakDown, c, createScriptedStore, outage, probe } from '../support/scripted-store.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('counts nothing that was aborted, though the reason be an outage', async () => {
  const { failing, get, put, guarded } = createScriptedStore()
  failing.set('get', outage).set('put', outage)
  const signal = AbortSignal.abort()
  for (const key of [a, b, c]) {
    expect(await get(key, signal)).toMatchObject({ outage: true })
    expect(await put(key, signal)).toMatchObject({ outage: true })
  }
  expect(guarded.waitMs()).toBe(0)
})

it('counts one error once, however many calls end with it', async () => {
  const { failing, put, guarded } = createScriptedStore()
  const error = outage()
  failing.set('put', () => error)
  for (const key of [a, b, c]) expect(await put(key)).toBe(error)
  expect(guarded.waitMs()).toBe(0)
})

it('sees that writes fail though reads are answered, and lets reads through', async () => {
  const { failing, get, put, guarded } = createScriptedStore()
  failing.set('put', outage)
  const since = new Date()
  for (const key of [a, b, a]) {
    await put(key)
    expect(await get()).toBeNull()
  }
  expect(await put(c)).toMatchObject({ message: expect.stringContaining('left alone') })
  expect(guarded.waitMs()).toBe(1_000)
  vi.advanceTimersByTime(1_000)
  expect(await get()).toBeNull()
  expect(guarded.downSince).toEqual(since)
  failing.clear()
  expect(await put(a)).toBe('stored')
  expect(guarded.downSince).toBeNull()
})

it('takes one key that always fails for no outage while the storage answers', async () => {
  const { failing, get, put, guarded, asked } = createScriptedStore()
  failing.set(`get ${a}`, outage).set(`put ${a}`, outage)
  for (let tried = 0; tried < 10; tried += 1) {
    expect(await get()).toMatchObject({ message: 'The connection to the storage broke.' })
    expect(await put()).toMatchObject({ message: 'The connection to the storage broke.' })
  }
  expect(guarded.waitMs()).toBe(0)
  expect(asked.filter((each) => each === `get ${probe}`)).toHaveLength(3)
})

it('sees an outage by one key alone when the storage does not answer either', async () => {
  const { failing, get, guarded } = createScriptedStore()
  failing.set('get', outage)
  for (let tried = 0; tried < 3; tried += 1) await get()
  expect(guarded.waitMs()).toBe(1_000)
})

it('is not kept closed off by the one key that still fails', async () => {
  const scripted = createScriptedStore()
  await breakDown(scripted)
  scripted.failing.clear()
  scripted.failing.set(`get ${a}`, outage)
  for (let tried = 0; tried < 3; tried += 1) {
    vi.advanceTimersByTime(scripted.guarded.waitMs())
    await scripted.get()
  }
  expect(scripted.guarded.waitMs()).toBe(0)
  expect(scripted.guarded.downSince).toBeNull()
})
