import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits } from '../../src/services/units.ts'
import { watermark } from '../../src/services/watermark.ts'

const units = planUnits(findRecipe('responsive'), { width: 1300, height: 900, sha256: 'ab'.repeat(32) })
const stored = (...keys: string[]) =>
  keys.map((key) => {
    const [name = '', format = ''] = key.split('.')
    return { name, format }
  })

describe('watermark', () => {
  it('is 0 while nothing is stored', () => {
    expect(watermark(units, [])).toEqual({ readyMaxWidth: 0, ready: false })
  })

  it('passes a width only when both of its formats are stored', () => {
    expect(watermark(units, stored('320.avif')).readyMaxWidth).toBe(0)
    expect(watermark(units, stored('320.avif', '320.webp')).readyMaxWidth).toBe(320)
  })

  it('does not jump over a gap', () => {
    expect(watermark(units, stored('320.avif', '320.webp', '640.avif', '640.webp')).readyMaxWidth).toBe(320)
  })

  it('is ready only when nothing is missing', () => {
    const all = units.map(({ name, format }) => ({ name, format }))
    expect(watermark(units, all)).toEqual({ readyMaxWidth: 1280, ready: true })
    expect(watermark(units, all.slice(1)).ready).toBe(false)
  })

  it('is never ahead of what is stored, whatever is stored', () => {
    fc.assert(
      fc.property(fc.subarray(units), (some) => {
        const { readyMaxWidth, ready } = watermark(units, some)
        const below = units.filter((unit) => unit.nominalWidth <= readyMaxWidth)
        expect(below.every((unit) => some.includes(unit))).toBe(true)
        expect(ready).toBe(some.length === units.length)
      }),
    )
  })
})
