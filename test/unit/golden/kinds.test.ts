import { describe, expect, it } from 'vitest'
import { applySharpSettings } from '../../../src/workers/sharp-settings.ts'
import { difference, expectedPixels, openGolden, pixelsOf } from '../../support/golden.ts'

applySharpSettings()

describe('what is stored without loss is decoded to the pixel', () => {
  it.each([
    ['rgb.png', 'rgb'],
    ['rgba.png', 'rgba'],
    ['interlaced.png', 'rgb'],
    ['palette.png', 'palette'],
    ['palette-clear.png', 'palette-clear'],
    ['rgb-key.png', 'rgb-key'],
    ['grey.png', 'grey'],
    ['grey-alpha.png', 'grey-alpha'],
    ['grey-1-bit.png', 'grey-1-bit'],
    ['grey-2-bit.png', 'grey-2-bit'],
    ['grey-4-bit.png', 'grey-4-bit'],
    ['lossless.webp', 'rgba'],
    ['animated.webp', 'rgb'],
    ['animated-part.webp', 'animated-part'],
  ])('%s', async (file, expected) => {
    const { image, facts } = await openGolden(file)
    const right = await expectedPixels(expected)
    expect(difference(pixelsOf(image), right)).toEqual({ mean: 0, max: 0 })
    expect(facts.hasAlpha).toBe(right.channels === 4)
  })
})

describe('16 bits become 8', () => {
  it.each(['rgb-16', 'rgba-16', 'grey-16', 'grey-alpha-16'])('%s', async (name) => {
    const { image, facts } = await openGolden(`${name}.png`)
    const { mean, max } = difference(pixelsOf(image), await expectedPixels(name))
    // PNG 13.12 rounds and allows to cut the low byte off, as libvips does; twice where colour and alpha are cut
    expect(max).toBeLessThanOrEqual(2)
    expect(mean).toBeLessThan(0.5)
    expect(facts.warnings).toEqual(['16-bit colour was reduced to 8 bits per channel.'])
  })
})

// the same to the pixel as by Pillow's libjpeg-turbo and libwebp (0, 0); another version may round otherwise
describe('what is stored with loss is decoded as others do', () => {
  it.each([
    ['baseline.jpg', 'baseline'],
    ['progressive.jpg', 'progressive'],
    ['half-colour.jpg', 'half-colour'],
    ['grey.jpg', 'grey-jpeg'],
    ['lossy.webp', 'lossy-webp'],
  ])('%s', async (file, expected) => {
    const { image } = await openGolden(file)
    const { mean, max } = difference(pixelsOf(image), await expectedPixels(expected))
    expect(max).toBeLessThanOrEqual(1)
    expect(mean).toBeLessThan(0.1)
  })
})

describe('an animation', () => {
  it.each([
    ['animated.webp', 3],
    ['animated-part.webp', 2],
  ])('says that only its first frame is kept (%s)', async (file, frames) => {
    const { facts } = await openGolden(file)
    expect(facts.warnings).toEqual([`The animation was flattened: only the first of ${frames} frames is kept.`])
  })
})
