import { getEventListeners } from 'node:events'
import type { ExecutionResult } from 'graphql'
import { describe, expect, it } from 'vitest'
import { createEnding, localViewer } from '../../src/auth/viewer.ts'
import { whileCurrent } from '../../src/http/while-current.ts'

/** Events that the test hands out one by one. */
function createSource() {
  const waiting: ((result: IteratorResult<unknown>) => void)[] = []
  const state = { isOpen: true }
  const iterator: AsyncIterableIterator<unknown> = {
    next: () =>
      state.isOpen
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve({ value: undefined, done: true }),
    async return() {
      state.isOpen = false
      for (const resolve of waiting.splice(0)) resolve({ value: undefined, done: true })
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
  return { iterator, state, emit: (value: unknown) => waiting.shift()?.({ value, done: false }) }
}

function subscribe(
  ending = createEnding(),
  map = async (event: unknown): Promise<ExecutionResult> => ({ data: { event } }),
) {
  const source = createSource()
  const token = { isCurrent: true }
  const viewer = { ...localViewer, ended: ending.signal, isCurrent: () => token.isCurrent }
  const mapped: unknown[] = []
  const results = whileCurrent(source.iterator, viewer, async (event) => {
    mapped.push(event)
    return map(event)
  })
  return { source, token, mapped, results }
}

const over = {
  value: { errors: [expect.objectContaining({ extensions: { code: 'UNAUTHORIZED', retryable: false } })] },
}

describe('a subscription', () => {
  it('looks at the token with every event, and hands out none that came after its end', async () => {
    const { source, token, mapped, results } = subscribe()
    const first = results.next()
    source.emit(1)
    expect(await first).toEqual({ value: { data: { event: 1 } }, done: false })
    const second = results.next()
    token.isCurrent = false
    source.emit(2)
    expect(await second).toMatchObject(over)
    expect(mapped).toEqual([1])
    expect((await results.next()).done).toBe(true)
    expect(source.state.isOpen).toBe(false)
  })

  it('is told of the end of the token while it waits for an event', async () => {
    const ending = createEnding()
    const { source, token, results } = subscribe(ending)
    const first = results.next()
    token.isCurrent = false
    ending.abort()
    expect(await first).toMatchObject(over)
    expect((await results.next()).done).toBe(true)
    expect(source.state.isOpen).toBe(false)
  })

  it('does not wait for an event when its token ended before it began', async () => {
    const ending = createEnding()
    ending.abort()
    const { source, token, results } = subscribe(ending)
    token.isCurrent = false
    expect(await results.next()).toMatchObject(over)
    expect(source.state.isOpen).toBe(false)
  })

  it('lets go of its source when its reader leaves', async () => {
    const { source, results } = subscribe()
    await results.return?.()
    expect(source.state.isOpen).toBe(false)
  })

  it('keeps nothing of itself after an error', async () => {
    const ending = createEnding()
    const { source, results } = subscribe(ending, async () => {
      throw new Error('broken')
    })
    expect(getEventListeners(ending.signal, 'abort')).toHaveLength(1)
    const first = results.next()
    source.emit(1)
    await expect(first).rejects.toThrow('broken')
    expect(getEventListeners(ending.signal, 'abort')).toEqual([])
    expect(source.state.isOpen).toBe(false)
  })
})
