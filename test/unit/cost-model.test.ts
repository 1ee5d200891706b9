import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueMs, encodeCost } from '../../src/services/cost-model.ts'

const unitOf = (width: number, format: 'avif' | 'webp') =>
  ({
    crop: null,
    width,
    height: width,
    output: { format, quality: 80, effort: 4 },
  }) as const
const anyUnit = fc
  .tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom('avif' as const, 'webp' as const))
  .map(([width, format]) => unitOf(width, format))
const anyTime = fc.integer({ min: 0, max: 1e9 })

describe('the order of units', () => {
  it('has a thumbnail that comes in a second later go before a large variant', () => {
    const large = dueMs(5_000, encodeCost(unitOf(1920, 'webp')))
    expect(dueMs(6_000, encodeCost(unitOf(150, 'webp')))).toBeLessThan(large)
  })

  it('has the cheaper of two that came in together go first', () => {
    fc.assert(
      fc.property(anyTime, anyUnit, anyUnit, (since, one, other) => {
        fc.pre(encodeCost(one) < encodeCost(other))
        expect(dueMs(since, encodeCost(one))).toBeLessThan(dueMs(since, encodeCost(other)))
      }),
    )
  })

  it('lets nothing wait for ever, whatever comes in later', () => {
    fc.assert(
      fc.property(anyTime, anyUnit, anyUnit, (since, waiting, next) => {
        const wait = 10 * encodeCost(waiting)
        expect(dueMs(since + wait + 1, encodeCost(next))).toBeGreaterThan(dueMs(since, encodeCost(waiting)))
      }),
    )
  })
})
