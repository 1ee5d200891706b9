import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRecipe, type VariantSpec } from '../../src/services/recipes.ts'
import { coverCrop, fitInside, planUnits, resizeTarget, type Size, workingSize } from '../../src/services/units.ts'

const sha256 = '0123456789abcdef'.repeat(4)
const plan = (recipe: string, width: number, height: number) => planUnits(findRecipe(recipe), { width, height, sha256 })
const names = (recipe: string, width: number, height: number) => [
  ...new Set(plan(recipe, width, height).map((unit) => unit.name)),
]
const sizeOf = (recipe: string, name: string, width: number, height: number) => {
  const unit = plan(recipe, width, height).find((each) => each.name === name)
  return `${unit?.width}x${unit?.height}`
}

describe('the responsive ladder', () => {
  it('keeps the rungs that do not enlarge', () => {
    expect(names('responsive', 1000, 700)).toEqual(['320', '480', '640', '800'])
    expect(names('responsive', 6000, 4000)).toEqual(['320', '480', '640', '800', '1080', '1280', '1920', '2560'])
  })

  it('includes a rung that is exactly the width of the original', () => {
    expect(names('responsive', 1080, 1080)).toContain('1080')
    expect(names('responsive', 1079, 1080)).not.toContain('1080')
  })

  it('makes one rung at its own width of an original narrower than all', () => {
    expect(names('responsive', 300, 225)).toEqual(['300'])
    expect(names('responsive', 319, 1000)).toEqual(['319'])
    expect(names('responsive', 320, 240)).toEqual(['320'])
  })

  it('keeps the aspect of portraits, panoramas and squares', () => {
    expect(sizeOf('responsive', '480', 1200, 1800)).toBe('480x720')
    expect(sizeOf('responsive', '640', 3000, 1000)).toBe('640x213')
    expect(sizeOf('responsive', '800', 1000, 1000)).toBe('800x800')
  })

  it('keeps a strip within what WebP can hold', () => {
    expect(names('responsive', 100, 30_000)).toEqual(['100'])
    expect(sizeOf('responsive', '100', 100, 30_000)).toBe('55x16383')
  })

  it('makes one rung of those that the greatest height flattens to one size', () => {
    expect(names('responsive', 2000, 40_000)).toEqual(['320', '480', '640', '800', '1080'])
    expect(sizeOf('responsive', '1080', 2000, 40_000)).toBe('819x16383')
  })

  it('makes both formats of every rung', () => {
    const formats = plan('responsive', 640, 480).map(({ name, format }) => `${name}.${format}`)
    expect(formats.sort()).toEqual(['320.avif', '320.webp', '480.avif', '480.webp', '640.avif', '640.webp'])
  })

  it('keys by content, recipe and nominal width', () => {
    const [first] = plan('responsive', 640, 480)
    expect(first?.key).toMatch(/^variants\/0123456789abcdef0123456789abcdef-[0-9a-f]{8}_320\.webp$/)
  })
})

describe('the presets', () => {
  it('fill the thumbnail exactly, enlarging when they must', () => {
    for (const [width, height] of [
      [4000, 3000],
      [3000, 4000],
      [100, 100],
      [100, 30_000],
    ] as const) {
      expect(sizeOf('presets', 'thumbnail', width, height)).toBe('150x150')
    }
  })

  it('fit the others inside their boxes without enlarging', () => {
    expect(sizeOf('presets', 'medium', 4000, 3000)).toBe('800x600')
    expect(sizeOf('presets', 'medium', 4000, 2000)).toBe('800x400')
    expect(sizeOf('presets', 'medium', 1000, 2000)).toBe('300x600')
    expect(sizeOf('presets', 'medium', 640, 480)).toBe('640x480')
    expect(sizeOf('presets', 'large', 4000, 3000)).toBe('1440x1080')
  })

  it('derive large from the original and not from medium', () => {
    expect(sizeOf('presets', 'large', 6000, 3000)).toBe('1920x960')
  })

  it('keep keys apart by name', () => {
    expect(plan('presets', 640, 480)[0]?.key).toMatch(/^images\/[0-9a-f]{32}-[0-9a-f]{8}\/thumbnail\.webp$/)
  })
})

describe('the artist pictures', () => {
  it('fit in 500 and 1500 px, never enlarged, as .jpg', () => {
    expect(sizeOf('artist', 'main', 4000, 3000)).toBe('500x375')
    expect(sizeOf('artist', 'hd', 1200, 800)).toBe('1200x800')
    expect(plan('artist', 4000, 3000)[0]?.key).toMatch(/\/main\.jpg$/)
  })
})

describe('coverCrop', () => {
  it('cuts the sides of what is wider than the target, sizes and offsets rounded down', () => {
    expect(coverCrop({ width: 401, height: 301 }, { width: 150, height: 150 })).toEqual({
      left: 50,
      top: 0,
      width: 301,
      height: 301,
    })
    expect(coverCrop({ width: 1000, height: 333 }, { width: 160, height: 90 })).toEqual({
      left: 204,
      top: 0,
      width: 592,
      height: 333,
    })
  })

  it('cuts top and bottom of what is not wider', () => {
    expect(coverCrop({ width: 300, height: 1001 }, { width: 160, height: 90 })).toEqual({
      left: 0,
      top: 416,
      width: 300,
      height: 168,
    })
    expect(coverCrop({ width: 200, height: 200 }, { width: 150, height: 150 })).toEqual({
      left: 0,
      top: 0,
      width: 200,
      height: 200,
    })
  })

  it('is centred and inside, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 30_000 })
    fc.assert(
      fc.property(side, side, side, side, (width, height, boxWidth, boxHeight) => {
        const crop = coverCrop({ width, height }, { width: boxWidth, height: boxHeight })
        expect(crop.width).toBeGreaterThanOrEqual(1)
        expect(crop.height).toBeGreaterThanOrEqual(1)
        expect(crop.left + crop.width).toBeLessThanOrEqual(width)
        expect(crop.top + crop.height).toBeLessThanOrEqual(height)
        expect(Math.abs(width - crop.width - 2 * crop.left)).toBeLessThanOrEqual(1)
        expect(Math.abs(height - crop.height - 2 * crop.top)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('coverCrop about a focal point', () => {
  const side = fc.integer({ min: 1, max: 30_000 })
  const hundredth = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)

  it('is as large as the centred one, inside, and has the point in it, as near its middle as the edges allow', () => {
    fc.assert(
      fc.property(side, side, side, side, hundredth, hundredth, (width, height, boxWidth, boxHeight, x, y) => {
        const [source, box] = [
          { width, height },
          { width: boxWidth, height: boxHeight },
        ]
        const crop = coverCrop(source, box, { x, y })
        expect(crop).toMatchObject({ width: coverCrop(source, box).width, height: coverCrop(source, box).height })
        const sides = [
          { from: crop.left, length: crop.width, all: width, at: Math.min(width - 1, Math.floor(x * width)) },
          { from: crop.top, length: crop.height, all: height, at: Math.min(height - 1, Math.floor(y * height)) },
        ]
        for (const { from, length, all, at } of sides) {
          expect(from).toBeGreaterThanOrEqual(0)
          expect(from + length).toBeLessThanOrEqual(all)
          expect(at).toBeGreaterThanOrEqual(from)
          expect(at).toBeLessThan(from + length)
          const isAtEdge = from === 0 || from + length === all
          expect(isAtEdge || Math.abs(from + length / 2 - at) <= 1).toBe(true)
        }
      }),
    )
  })

  it('moves along the side that is cut, and stops at its ends', () => {
    const square = { width: 150, height: 150 }
    const lefts = [0, 0.2, 0.5, 0.8, 1].map((x) => coverCrop({ width: 1000, height: 500 }, square, { x, y: 0.2 }).left)
    expect(lefts).toEqual([0, 0, 250, 500, 500])
    expect(coverCrop({ width: 500, height: 1000 }, square, { x: 0.2, y: 0.4 })).toMatchObject({ left: 0, top: 150 })
  })

  it('is about another key, where the recipe cuts and nowhere else', () => {
    const keys = (recipe: string, focalPoint: string | null) =>
      planUnits(findRecipe(recipe), { width: 800, height: 600, sha256, focalPoint }).map(({ key }) => key)
    expect(keys('presets', '080020')[0]).toBe(keys('presets', null)[0]?.replace('/thumbnail', '080020/thumbnail'))
    expect(keys('responsive', '080020')).toEqual(keys('responsive', null))
    expect(keys('artist', '080020')).toEqual(keys('artist', null))
  })
})

describe('fitInside', () => {
  it('never enlarges and never leaves the box or falls to nothing', () => {
    const side = fc.integer({ min: 1, max: 30_000 })
    const size = fc.record({ width: side, height: side })
    fc.assert(
      fc.property(size, size, (source: Size, box: Size) => {
        const fitted = fitInside(source, box)
        expect(fitted.width).toBeGreaterThanOrEqual(1)
        expect(fitted.height).toBeGreaterThanOrEqual(1)
        expect(fitted.width).toBeLessThanOrEqual(Math.min(source.width, box.width))
        expect(fitted.height).toBeLessThanOrEqual(Math.min(source.height, box.height))
      }),
    )
  })
})

describe('resizeTarget', () => {
  it('refuses a method that nothing stands behind', () => {
    const spec = { name: 'odd', method: 'stretch', width: 10, height: 10 } as unknown as VariantSpec
    expect(() => resizeTarget(spec, { width: 100, height: 100 })).toThrow('Unknown resize method: stretch')
  })
})

describe('workingSize', () => {
  it('is the largest output, so that it needs no second resize', () => {
    expect(workingSize({ width: 6000, height: 4000 }, plan('responsive', 6000, 4000))).toEqual({
      width: 2560,
      height: 1707,
    })
  })

  it('is the original when something has to be enlarged', () => {
    expect(workingSize({ width: 100, height: 100 }, plan('presets', 100, 100))).toEqual({ width: 100, height: 100 })
  })

  it('is large enough on both sides for a strip of one pixel', () => {
    expect(workingSize({ width: 400_000, height: 100 }, plan('responsive', 400_000, 100))).toEqual({
      width: 2560,
      height: 1,
    })
  })

  it('is large enough for the crop of a panorama', () => {
    expect(workingSize({ width: 30_000, height: 1000 }, plan('presets', 30_000, 1000))).toEqual({
      width: 4500,
      height: 150,
    })
  })
})

it('plans the smallest first', () => {
  const pixels = plan('responsive', 6000, 4000).map((unit) => unit.width * unit.height)
  expect(pixels).toEqual([...pixels].sort((a, b) => a - b))
})
