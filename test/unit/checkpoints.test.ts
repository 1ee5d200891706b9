import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCheckpoints } from '../../src/services/checkpoints.ts'
import type { Progress } from '../../src/services/progress.ts'

const set = { id: 'set', recipe: 'presets', units: [], variants: [] }
const object = { byteSize: 1, key: 'k', sha256: 'x', encoder: 'none', mimeType: 'image/webp', width: 1, height: 1 }
const made = (name: string) => ({ variants: [{ set, variant: { ...object, name, format: 'webp' }, share: 0.1 }] })
const names = ({ variants }: Progress) => variants.map(({ variant }) => variant.name)

describe('the checkpoints of an image', () => {
  const recorded: string[][] = []
  let failures = 0

  beforeEach(() => {
    vi.useFakeTimers()
    recorded.length = 0
    failures = 0
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const begin = () =>
    createCheckpoints(async (progress) => {
      if (failures > 0) {
        failures -= 1
        throw new Error('The database is away.')
      }
      recorded.push(names(progress))
    })

  it('record what is urgent at once, with what waits', async () => {
    using checkpoints = begin()
    await checkpoints.add(made('a'), false)
    expect(recorded).toEqual([])
    await checkpoints.add(made('b'), true)
    expect(recorded).toEqual([['a', 'b']])
  })

  it('record the rest together, after half a second', async () => {
    using checkpoints = begin()
    for (const name of ['a', 'b', 'c']) await checkpoints.add(made(name), false)
    await vi.advanceTimersByTimeAsync(499)
    expect(recorded).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(recorded).toEqual([['a', 'b', 'c']])
  })

  it('do not make one wait that comes long after the last', async () => {
    using checkpoints = begin()
    await vi.advanceTimersByTimeAsync(600)
    await checkpoints.add(made('a'), false)
    expect(recorded).toEqual([['a']])
  })

  it('hand over what waits exactly once', async () => {
    using checkpoints = begin()
    await checkpoints.add(made('a'), false)
    expect(names(await checkpoints.take())).toEqual(['a'])
    await checkpoints.flush()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(recorded).toEqual([])
  })

  it('record nothing more after a failure, whoever asks, for it may have been written all the same', async () => {
    using checkpoints = begin()
    failures = 1
    await checkpoints.add(made('a'), false)
    await vi.advanceTimersByTimeAsync(500)
    await expect(checkpoints.add(made('b'), false)).rejects.toThrow('away')
    await expect(checkpoints.flush()).rejects.toThrow('away')
    await expect(checkpoints.take()).rejects.toThrow('away')
    expect(recorded).toEqual([])
  })

  it('tell nothing any more once they are disposed of', async () => {
    {
      using checkpoints = begin()
      await checkpoints.add(made('a'), false)
    }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(recorded).toEqual([])
  })
})
