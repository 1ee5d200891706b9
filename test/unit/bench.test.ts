import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cutOff, cutOffWithEnd } from '../../bench/broken-photos.ts'
import { percentile, ratios, slope } from '../../bench/figures.ts'
import { expectSame, type Measured } from '../../bench/measured.ts'
import { withNumber } from '../../bench/photos.ts'
import { renderCapacity } from '../../bench/report/capacity.ts'
import type { PipelineResults, ScaleResults } from '../../bench/report/results.ts'
import { fillSection } from '../../bench/report/sections.ts'
import { inspectImage } from '../../src/services/image-header.ts'
import { createDice } from '../crash/dice.ts'
import { photo } from '../support/images.ts'

const limits = { maxBytes: 10e6, maxPixels: 1e8, minWidth: 1, minHeight: 1 }

describe('photographs for a bench', () => {
  it('are other bytes with every number, and the same pixels', async () => {
    const original = await photo('dogs-at-window-orientation-6.jpg')
    const [one, two] = [withNumber(original, 1), withNumber(original, 20)]
    expect(one.equals(two)).toBe(false)
    const pixels = (bytes: Buffer) => sharp(bytes, { failOn: 'warning' }).autoOrient().raw().toBuffer()
    expect((await pixels(two)).equals(await pixels(original))).toBe(true)
    expect(await inspectImage(two, limits)).toEqual(await inspectImage(original, limits))
  })

  it('show at the door that they are cut off, unless an end mark follows', async () => {
    const original = await photo('dogs-at-window-orientation-6.jpg')
    const earliest = { ...createDice(0), between: (min: number) => min }
    expect(await sharp(cutOffWithEnd(original, earliest)).metadata()).toMatchObject({ width: 1600, height: 1066 })
    for (let seed = 0; seed < 20; seed += 1) {
      await expect(inspectImage(cutOff(original, createDice(seed)), limits)).rejects.toThrow('cut off')
      const marked = cutOffWithEnd(original, createDice(seed))
      await expect(inspectImage(marked, limits)).resolves.toMatchObject({ format: 'jpeg' })
      await expect(sharp(marked, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow()
    }
  })
})

describe('figures', () => {
  it('take the percentile that at least so many values do not exceed', () => {
    const values = [5, 1, 4, 2, 3]
    expect([0, 0.5, 0.8, 0.81, 1].map((share) => percentile(values, share))).toEqual([1, 3, 4, 5, 5])
  })

  it('take ratios within a round before they take the median of rounds', () => {
    expect(ratios([10, 1, 30], [5, 1, 3])).toEqual({ median: 2, min: 1, max: 10 })
  })

  it('rise by what the line through them rises by', () => {
    expect(slope([1, 2, 3, 4].map((x) => ({ x, y: 7 - 2 * x })))).toBeCloseTo(-2)
  })
})

describe('a comparison', () => {
  const made = (outputs: [string, string][]): Measured => {
    const named = outputs.map(([name, sha256]) => [name, { sha256, width: 1, height: 1, format: 'webp' }] as const)
    const figures = { ms: 1, latenciesMs: [1], cpuSeconds: 1, peakRssMb: 1, loopP99Ms: null, bytes: 1 }
    return { ...figures, outputs: new Map(named) }
  }

  it('fails when the work was not the same', () => {
    const ours = made([['a', '1']])
    expect(() => expectSame(ours, made([['a', '1']]), ['sha256'])).not.toThrow()
    expect(() => expectSame(ours, made([['a', '2']]), ['sha256'])).toThrow('a: 1 and 2')
    expect(() => expectSame(ours, made([]), ['width'])).toThrow('a: 1 and nothing')
    expect(() => expectSame(made([]), made([]), ['sha256'])).toThrow('nothing was made')
  })
})

describe('a page with figures', () => {
  const page = 'Above.\n<!-- one -->\nold\n<!-- /one -->\nBetween.\n<!-- two -->\n<!-- /two -->\nBelow.\n'

  it('changes only between the marks of what was measured', () => {
    const filled = fillSection(page, 'one', '| new |\n')
    expect(filled).toBe(page.replace('old', '| new |'))
    expect(fillSection(filled, 'one', '| new |\n')).toBe(filled)
  })

  it('is refused when it lacks the marks', () => {
    expect(() => fillSection(page, 'three', '')).toThrow('three')
    expect(() => fillSection('<!-- /one --> <!-- one -->', 'one', '')).toThrow('one')
  })
})

describe('what a million images need', () => {
  it('follows from what one was measured to cost', () => {
    const recipe = (name: string, cpuSecondsPerImage: number, kbPerImage: number) => ({
      recipe: name,
      systems: [{ median: { cpuSecondsPerImage, kbPerImage } }],
    })
    const recipes = [recipe('presets', 0.5, 200), recipe('artist', 0.25, 100), recipe('responsive', 4, 400)]
    const scale = {
      work: [{ images: 'a run each', hinted: false, task: { serverMs: 10 } }],
      rows: [{ bytes: { Image: 1_000, Task: 2_000 } }, { bytes: { Image: 1_000, Task: 9_000 } }],
    }
    const text = renderCapacity({ recipes } as unknown as PipelineResults, scale as unknown as ScaleResults)
    expect(text.split('\n').slice(2)).toEqual([
      '| presets | 0.50 | 2.00 | 5.8 | 0.12 | 3.0 | 540 | 8.10 | 18.00 | 0.36 |',
      '| artist | 0.25 | 4.00 | 2.9 | 0.12 | 3.0 | 440 | 6.60 | 13.50 | 0.36 |',
      '| presets, responsive | 4.50 | 0.22 | 52.1 | 0.12 | 10.0 | 940 | 14.10 | 90.00 | 0.36 |',
    ])
  })
})
