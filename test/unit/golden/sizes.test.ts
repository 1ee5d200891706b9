import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { workingSize } from '../../../src/services/units.ts'
import { encode } from '../../../src/workers/pixels.ts'
import { applySharpSettings } from '../../../src/workers/sharp-settings.ts'
import { difference, encodePixels, expectedPixels, openGolden, type Pixels, pixelsOf } from '../../support/golden.ts'

applySharpSettings()

describe('a picture of any shape', () => {
  it.each(['100x100', '101x103', '100x333', '997x100'])('is decoded whole at %s', async (size) => {
    const { image } = await openGolden(`size-${size}.jpg`)
    const { max } = difference(pixelsOf(image), await expectedPixels(`size-${size}`))
    // also where 8x8 blocks and halved colours do not come out even (0)
    expect(max).toBeLessThanOrEqual(1)
  })

  it.each([
    ['tall.png', 'tall', { width: 100, height: 30_000 }],
    ['tall.jpg', 'tall', { width: 100, height: 30_000 }],
    ['wide.png', 'wide', { width: 30_000, height: 100 }],
  ])('is made as long as a format can hold: %s', async (file, expected, source) => {
    const right = await expectedPixels(expected)
    const unit = { crop: null, width: right.width, height: right.height }
    const working = workingSize(source, [{ ...unit, output: { format: 'png', compressionLevel: 1 } }])
    const { image } = await openGolden(file, working)
    const { mean } = difference(await encodePixels(image, unit), right)
    // PNG 0.01; the JPEG's loss 0.7; a strip that is longer by one px in a thousand is at 5.6
    expect(mean).toBeLessThan(1)
  })
})

describe('a resize', () => {
  it.each([
    ['all pixels', undefined],
    ['pixels that were decoded smaller', { width: 200, height: 134 }],
  ])('from %s puts everything where Lanczos does', async (_what, working) => {
    const { image } = await openGolden('photo.jpg', working)
    const found = await encodePixels(image, { crop: null, width: 160, height: 107 })
    const { mean, max } = difference(found, await expectedPixels('photo-160'))
    // rounded between two passes in another order (0.18, 3), and once more between two resizes (0.41, 5); half a px
    // beside, it is at 1.5
    expect(mean).toBeLessThan(0.6)
    expect(max).toBeLessThan(8)
  })

  it('cuts a cover from the middle', async () => {
    const { image } = await openGolden('photo.jpg')
    const found = await encodePixels(image, {
      crop: { left: 80, top: 0, width: 320, height: 320 },
      width: 100,
      height: 100,
    })
    const { mean } = difference(found, await expectedPixels('photo-cover'))
    // (0.21); a px beside, it is at 2.1
    expect(mean).toBeLessThan(0.5)
  })

  it('lets no colour out of what is clear', async () => {
    const { image } = await openGolden('clear.png')
    const found = await encodePixels(image, { crop: null, width: 120, height: 120 })
    const { mean, max } = difference(found, await expectedPixels('clear-120'))
    // multiplied by alpha, rounded, resized and divided again (0.51, 8)
    expect(mean).toBeLessThan(1)
    expect(max).toBeLessThan(12)
  })
})

describe('a JPEG of a picture with alpha', () => {
  it.each([
    ['its own size', 'clear-white', 300],
    ['a smaller size', 'clear-white-120', 120],
  ])('is the picture over white at %s', async (_what, expected, side) => {
    const { image } = await openGolden('clear.png')
    const output = { format: 'jpeg', quality: 100 } as const
    const { bytes } = await encode(image, { crop: null, width: side, height: side, output })
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    const found: Pixels = { ...info, data }
    const { mean } = difference(found, await expectedPixels(expected))
    // JPEG halves the colours of this colourful chart (0.9 and 2.6); over black it is at 122
    expect(mean).toBeLessThan(3.5)
  })
})
