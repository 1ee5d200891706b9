import { describe, expect, it } from 'vitest'
import { createDrainRate } from '../../src/services/drain-rate.ts'

describe('how long a full queue says to wait', () => {
  it('follows from what was done lately', () => {
    const rate = createDrainRate()
    rate.note({ at: 0, left: 100, drained: 0 })
    rate.note({ at: 1_000, left: 98, drained: 2 })
    rate.note({ at: 2_000, left: 94, drained: 4 })
    // 3 a second
    expect(rate.secondsFor(30, 10)).toBe(10)
    expect(rate.secondsFor(1, 10)).toBe(1)
    // and some room, a hundredth of the limit
    expect(rate.secondsFor(1, 10_000)).toBe(34)
    expect(rate.secondsFor(1_000_000, 10)).toBe(600)
  })

  it('is 30 s where nothing is known or nothing was done', () => {
    const rate = createDrainRate()
    expect(rate.secondsFor(1, 10)).toBe(30)
    rate.note({ at: 0, left: 100, drained: 0 })
    expect(rate.secondsFor(1, 10)).toBe(30)
    rate.note({ at: 1_000, left: 100, drained: 0 })
    expect(rate.secondsFor(1, 10)).toBe(30)
  })

  it('does not follow from a time in which nothing waited, nor from one long ago', () => {
    const rate = createDrainRate()
    rate.note({ at: 0, left: 0, drained: 5 })
    rate.note({ at: 50_000, left: 10, drained: 0 })
    rate.note({ at: 51_000, left: 5, drained: 5 })
    expect(rate.secondsFor(10, 10)).toBe(2)
    rate.note({ at: 200_000, left: 10, drained: 1 })
    rate.note({ at: 201_000, left: 9, drained: 1 })
    expect(rate.secondsFor(10, 10)).toBe(10)
  })
})
