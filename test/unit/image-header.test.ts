import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { inspectImage } from '../../src/services/image-header.ts'
import { photo, picture, pngHeader } from '../support/images.ts'

const limits = { maxBytes: 10 * 1024 * 1024, maxPixels: 100_000_000, minWidth: 100, minHeight: 100 }
const inspect = (bytes: Uint8Array) => inspectImage(bytes, limits)

describe('what comes in', () => {
  it('is told by content, whatever the format', async () => {
    expect(await inspect(await photo('autumn-meadow-landscape.jpg'))).toEqual({
      format: 'jpeg',
      mimeType: 'image/jpeg',
      width: 1920,
      height: 1278,
      frames: 1,
    })
    expect(await inspect(await photo('fig-bowl-alpha.png'))).toMatchObject({ format: 'png', width: 720, height: 552 })
    expect(await inspect(await photo('paintbrushes-landscape.webp'))).toMatchObject({ format: 'webp', width: 1365 })
  })

  it('has the size that it shows at, not the one that it is stored at', async () => {
    expect(await inspect(await photo('dogs-at-window-orientation-6.jpg'))).toMatchObject({ width: 1066, height: 1600 })
  })

  it.each(['jpeg', 'png', 'webp'] as const)(
    'is turned by the orientation in %s as the decoder turns it',
    async (format) => {
      for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const bytes = await picture(200, 120).toFormat(format).withMetadata({ orientation }).toBuffer()
        const { width, height } = await inspect(bytes)
        const decoded = await sharp(bytes).autoOrient().toBuffer({ resolveWithObject: true })
        expect([width, height], `${orientation}`).toEqual([decoded.info.width, decoded.info.height])
      }
    },
  )

  it('is not turned by an orientation that does not exist', async () => {
    const bytes = await picture(200, 120).jpeg().withMetadata({ orientation: 8 }).toBuffer()
    const tag = bytes.indexOf(Buffer.from([0x12, 0x01, 0x03, 0x00])) >= 0 ? 'II' : 'MM'
    const at =
      tag === 'II'
        ? bytes.indexOf(Buffer.from([0x12, 0x01, 0x03, 0x00])) + 8
        : bytes.indexOf(Buffer.from([0x01, 0x12, 0x00, 0x03])) + 9
    bytes[at] = 9
    expect(await inspect(bytes)).toMatchObject({ width: 200, height: 120 })
  })

  it('may be a JPEG with fill bytes between its segments, or an animated PNG', async () => {
    const jpeg = await photo('lamp-bird-small.jpg')
    const filled = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xff]), jpeg.subarray(2)])
    expect(await inspect(filled)).toMatchObject({ width: 300, height: 225 })
    const png = await picture(120, 120).png().toBuffer()
    const control = Buffer.from('000000086163544c0000000300000000ce', 'hex')
    const apng = Buffer.concat([png.subarray(0, 33), control, Buffer.alloc(3), png.subarray(33)])
    expect(await inspect(apng)).toMatchObject({ format: 'png', mimeType: 'image/png', frames: 3 })
  })

  it('counts the frames of an animation', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f'].map((background) =>
        sharp({ create: { width: 120, height: 120, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const webp = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer()
    expect(await inspect(webp)).toMatchObject({ format: 'webp', width: 120, height: 120, frames: 3 })
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'application/x-empty'],
    ['text', Buffer.from('not a picture at all, whatever its name says\n'), 'text/plain'],
    ['text with accents', Buffer.from('Tiësto, MØ und Söhne'), 'text/plain'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    [
      'SVG with an XML head',
      Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image/svg+xml',
    ],
    ['GIF', Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'), 'image/gif'],
    ['bytes', Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 'application/octet-stream'],
  ])('is refused by its true type: %s', async (_what, bytes, mimeType) => {
    await expect(inspect(bytes)).rejects.toMatchObject({
      code: 'UNSUPPORTED_IMAGE_TYPE',
      message: `Unsupported image type: ${mimeType}`,
    })
  })

  it('may have exactly the most bytes, and not one more', async () => {
    const bytes = await photo('lamp-bird-small.jpg')
    const withMax = (maxBytes: number) => inspectImage(bytes, { ...limits, maxBytes })
    await expect(withMax(bytes.byteLength)).resolves.toMatchObject({ format: 'jpeg' })
    await expect(withMax(bytes.byteLength - 1)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })

  it('may be as small as the least size, and not one pixel smaller', async () => {
    const png = (width: number, height: number) => picture(width, height).png().toBuffer()
    await expect(inspect(await png(100, 100))).resolves.toMatchObject({ width: 100 })
    await expect(inspect(await png(99, 100))).rejects.toMatchObject({
      code: 'IMAGE_TOO_SMALL',
      message: 'The image is 99x100 px; at least 100x100 px is needed.',
    })
    await expect(inspect(await png(100, 99))).rejects.toMatchObject({ code: 'IMAGE_TOO_SMALL' })
  })

  it('is refused by the pixels that its header promises, before anything else of it is looked at', async () => {
    await expect(inspect(pngHeader(20_000, 20_000))).rejects.toMatchObject({
      code: 'TOO_MANY_PIXELS',
      message: 'The image is 20000x20000 px; at most 100 megapixels are accepted.',
    })
  })

  it('is refused when its header cannot be read', async () => {
    const bytes = Buffer.from(await photo('lamp-bird-small.jpg')).subarray(0, 20)
    await expect(inspect(bytes)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' })
  })
})

describe.each([
  'lamp-bird-small.jpg',
  'dogs-at-window-orientation-6.jpg',
  'dandelion-meadow-16mp.jpg',
  'mountain-path-greyscale.jpg',
  'fig-bowl-alpha.png',
  'paintbrushes-landscape.webp',
])('%s', (name) => {
  it('is refused when cut off anywhere', async () => {
    const bytes = await photo(name)
    for (let percent = 5; percent < 100; percent += 5) {
      const cut = bytes.subarray(0, Math.floor((bytes.byteLength * percent) / 100))
      await expect(inspect(cut), `${percent} %`).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' })
    }
    await expect(inspect(bytes.subarray(0, -1)), 'its last byte').rejects.toMatchObject({ code: 'CORRUPT_IMAGE' })
  })

  it('is accepted with something after its end', async () => {
    const bytes = Buffer.concat([await photo(name), Buffer.from('trailing bytes')])
    await expect(inspect(bytes)).resolves.toBeDefined()
  })
})
