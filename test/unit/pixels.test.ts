import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decode, encode } from '../../src/workers/pixels.ts'
import type { Output, WorkingImage } from '../../src/workers/protocol.ts'
import { applySharpSettings } from '../../src/workers/sharp-settings.ts'
import { damagedJpeg, photo, picture } from '../support/images.ts'

// as the image host does, but for reading what goes out
applySharpSettings()
sharp.unblock({ operation: ['VipsForeignLoadHeif'] })

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'greenroom-pixels-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

let files = 0
async function open(bytes: Uint8Array, width: number, height: number, working = { width, height }, frames = 1) {
  files += 1
  const file = path.join(dir, String(files))
  await writeFile(file, bytes)
  return decode({ path: file, source: { width, height }, frames, working, maxPixels: 1e8 })
}

const webp: Output = { format: 'webp', quality: 85, effort: 4 }

async function pixelAt(image: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const at = (Math.floor(y * (height - 1)) * width + Math.floor(x * (width - 1))) * channels
  return [...data.subarray(at, at + channels)]
}

const near = (expected: number[]) => expected.map((value) => expect.closeTo(value, -1.2))

describe('decoding', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns orientation %i upright', async (orientation) => {
    const upright = await picture(200, 120).png().toBuffer()
    // store it so that the tag makes it upright again
    const stored = await sharp(upright, {}).withMetadata({ orientation }).toBuffer()
    const undone = await sharp(stored).autoOrient().png().toBuffer()
    const turned = orientation >= 5
    const [width, height] = turned ? [120, 200] : [200, 120]
    const { image } = await open(
      await sharp(stored).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer(),
      width,
      height,
    )
    expect([image.width, image.height]).toEqual([width, height])
    const { bytes } = await encode(image, { crop: null, width, height, output: webp })
    for (const [x, y] of [
      [0.1, 0.1],
      [0.9, 0.1],
      [0.9, 0.9],
      [0.1, 0.9],
    ] as const) {
      const [expected, found] = [await pixelAt(undone, x, y), await pixelAt(bytes, x, y)]
      for (const channel of [0, 1, 2]) {
        expect(Math.abs((found[channel] ?? 0) - (expected[channel] ?? 0)), `${x},${y}`).toBeLessThan(16)
      }
    }
  })

  it('says what is lost', async () => {
    const sixteen = await sharp({ create: { width: 120, height: 120, channels: 3, background: '#123456' } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect((await open(sixteen, 120, 120)).facts.warnings).toEqual(['16-bit colour was reduced to 8 bits per channel.'])

    const cmyk = await picture(120, 120).toColourspace('cmyk').jpeg().toBuffer()
    expect((await open(cmyk, 120, 120)).facts.warnings).toEqual(['CMYK colours were converted to sRGB.'])

    const frames = await Promise.all(
      ['#f00', '#0f0'].map((background) =>
        sharp({ create: { width: 120, height: 120, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const animated = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer()
    const { image, facts } = await open(animated, 120, 120, { width: 120, height: 120 }, 2)
    expect(facts.warnings).toEqual(['The animation was flattened: only the first of 2 frames is kept.'])
    const { bytes } = await encode(image, { crop: null, width: 120, height: 120, output: webp })
    expect(await pixelAt(bytes, 0.5, 0.5)).toEqual(near([255, 0, 0]))
  })

  it('warns of nothing on an ordinary photo', async () => {
    const { facts } = await open(await picture(120, 120).jpeg().toBuffer(), 120, 120)
    expect(facts.warnings).toEqual([])
  })

  it('makes greyscale and palette images three channels of sRGB', async () => {
    const grey = await picture(120, 120).greyscale().jpeg().toBuffer()
    expect((await open(grey, 120, 120)).image.channels).toBe(3)
    const palette = await picture(120, 120).png({ palette: true, colours: 8 }).toBuffer()
    expect((await open(palette, 120, 120)).image.channels).toBe(3)
  })

  it('describes the picture', async () => {
    const red = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#e01020' } })
      .jpeg()
      .toBuffer()
    const { facts } = await open(red, 300, 200)
    expect(facts.hasAlpha).toBe(false)
    expect(facts.dominantColor).toMatch(/^#[de].[0-2].[1-3].$/)
    expect(Buffer.from(facts.thumbHash, 'base64').byteLength).toBeGreaterThan(4)
    expect(facts.perceptualHash).toMatch(/^[0-9a-f]{16}$/)
  })

  it('gives alike pictures alike perceptual hashes', async () => {
    const bits = (hash: string) => BigInt(`0x${hash}`)
    const distance = (a: string, b: string) => (bits(a) ^ bits(b)).toString(2).replaceAll('0', '').length
    const hashOf = async (name: string, width: number) => {
      const { data, info } = await sharp(await photo(name))
        .resize(width)
        .jpeg()
        .toBuffer({ resolveWithObject: true })
      return (await open(data, info.width, info.height)).facts.perceptualHash
    }
    const large = await hashOf('dragonfly-square.jpg', 900)
    const small = await hashOf('dragonfly-square.jpg', 300)
    const other = await hashOf('mountain-sunset-landscape.jpg', 900)
    expect(distance(large, small)).toBeLessThanOrEqual(3)
    expect(distance(large, other)).toBeGreaterThan(12)
  })

  it('refuses what is damaged, with a sentence', async () => {
    await expect(open(await damagedJpeg(), 1500, 1000)).rejects.toMatchObject({
      name: 'DamagedImageError',
      message: 'The image is damaged and cannot be decoded (Corrupt JPEG data: premature end of data segment).',
    })
  })

  it('has no decoder for what is not accepted', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120"/>')
    await expect(open(svg, 120, 120)).rejects.toMatchObject({ name: 'DamagedImageError' })
  })
})

describe('encoding', () => {
  async function halfClear(): Promise<WorkingImage> {
    const png = await sharp({
      create: { width: 200, height: 200, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .composite([
        { input: { create: { width: 100, height: 200, channels: 4, background: '#2020e0' } }, gravity: 'west' },
      ])
      .png()
      .toBuffer()
    const { image, facts } = await open(png, 200, 200)
    expect(facts.hasAlpha).toBe(true)
    return image
  }

  it('keeps alpha where the format has it, and puts white behind it where not', async () => {
    const image = await halfClear()
    const unit = { crop: null, width: 100, height: 100 }
    const kept = await encode(image, { ...unit, output: webp })
    expect((await pixelAt(kept.bytes, 0.9, 0.5))[3]).toBe(0)
    expect((await pixelAt(kept.bytes, 0.1, 0.5))[3]).toBe(255)
    const flattened = await encode(image, { ...unit, output: { format: 'jpeg', quality: 85 } })
    expect(await pixelAt(flattened.bytes, 0.9, 0.5)).toEqual(near([255, 255, 255]))
    expect(await pixelAt(flattened.bytes, 0.1, 0.5)).toEqual(near([32, 32, 224]))
  })

  it.each<Output>([
    { format: 'avif', quality: 50, effort: 2 },
    webp,
    { format: 'jpeg', quality: 85 },
    { format: 'png', compressionLevel: 6 },
  ])('makes $format of exactly the size asked for, with no metadata', async (output) => {
    const tagged = await picture(400, 300)
      .withExif({ IFD0: { Artist: 'Somebody' }, IFD3: { GPSLatitude: '36/1 6/1 0/1', GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer()
    const { image } = await open(tagged, 400, 300)
    const { bytes, width, height, sha256 } = await encode(image, { crop: null, width: 200, height: 150, output })
    const metadata = await sharp(bytes).metadata()
    expect(metadata.format).toBe(output.format === 'avif' ? 'heif' : output.format)
    expect([metadata.width, metadata.height, width, height]).toEqual([200, 150, 200, 150])
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(Buffer.from(bytes).includes('Somebody')).toBe(false)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('crops what the unit says, on pixels that were decoded smaller', async () => {
    const { image } = await open(await picture(800, 400).png().toBuffer(), 800, 400, { width: 300, height: 150 })
    const crop = { left: 400, top: 0, width: 400, height: 200 }
    const { bytes } = await encode(image, { crop, width: 100, height: 50, output: webp })
    expect(await pixelAt(bytes, 0.5, 0.5)).toEqual(near([32, 224, 32]))
  })

  it('makes the same bytes of the same pixels every time', async () => {
    const { image } = await open(await picture(400, 300).png().toBuffer(), 400, 300)
    const unit = { crop: null, width: 320, height: 240, output: webp }
    expect((await encode(image, unit)).sha256).toBe((await encode(image, unit)).sha256)
  })
})
