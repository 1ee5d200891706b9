import { describe, expect, it } from 'vitest'
import { applySharpSettings } from '../../../src/workers/sharp-settings.ts'
import { difference, expectedPixels, openGolden, pixelsOf } from '../../support/golden.ts'

applySharpSettings()

// measured in brackets; without its profile each of them is off by a mean of 17 or more
describe('colours go through the profile', () => {
  it.each([
    // rounded once more than the reference (mean 0.01, max 1)
    { what: 'Display P3 in a JPEG', name: 'p3', type: 'jpg', most: { mean: 0.1, max: 2 } },
    // 16 bits are cut off, not rounded, and go by way of 8-bit P3 (0.23, 5)
    { what: 'Display P3 in 16-bit PNG', name: 'p3-16', type: 'png', most: { mean: 0.5, max: 6 } },
    // the table is read to Lab and from there to sRGB, littlecms joins the two first (0.81, 5)
    { what: 'CMYK inks of no press', name: 'cmyk-profile', type: 'jpg', most: { mean: 1, max: 6 } },
    // (0.01, 1)
    { what: 'grey that is linear', name: 'grey-profile', type: 'jpg', most: { mean: 0.1, max: 2 } },
    // 16 bits are cut off before (0.24, 1)
    { what: '16-bit grey that is linear', name: 'grey-profile-16', type: 'png', most: { mean: 0.5, max: 2 } },
  ])('$what', async ({ name, type, most }) => {
    const { image } = await openGolden(`${name}.${type}`)
    const { mean, max } = difference(pixelsOf(image), await expectedPixels(name))
    expect(mean).toBeLessThan(most.mean)
    expect(max).toBeLessThanOrEqual(most.max)
  })

  it('of CMYK inks of a common press where there is none', async () => {
    const { image, facts } = await openGolden('cmyk-plain.jpg')
    const { mean, max } = difference(pixelsOf(image), await expectedPixels('cmyk-plain'))
    // two presses, both SWOP-like (13.2, 46); plain arithmetic, which takes inks for pure light, is at 26 and 138
    expect(mean).toBeLessThan(16)
    expect(max).toBeLessThan(60)
    expect(facts.warnings).toEqual(['CMYK colours were converted to sRGB.'])
  })
})
