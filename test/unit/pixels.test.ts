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
async function open(bytes: Uint8Array, width: number, height: number, working = { width, height }) {
  files += 1
  const file = path.join(dir, String(files))
  await writeFile(file, bytes)
  return decode({ path: file, source: { width, height }, frames: 1, working, maxPixels: 1e8 })
}

const webp: Output = { format: 'webp', quality: 85, effort: 4 }
const outputs: Output[] = [
  { format: 'avif', quality: 50, effort: 2 },
  webp,
  { format: 'jpeg', quality: 85 },
  { format: 'png', compressionLevel: 6 },
]

async function pixelAt(image: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const at = (Math.floor(y * (height - 1)) * width + Math.floor(x * (width - 1))) * channels
  return [...data.subarray(at, at + channels)]
}

const near = (expected: number[]) => expected.map((value) => expect.closeTo(value, -1.2))

describe('decoding', () => {
  it('warns of nothing on an ordinary photo', async () => {
    const { facts } = await open(await picture(120, 120).jpeg().toBuffer(), 120, 120)
    expect(facts.warnings).toEqual([])
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

  it.each(['webp', 'avif', 'png'] as const)('keeps alpha in %s', async (format) => {
    const image = await halfClear()
    const output = outputs.find((each) => each.format === format) ?? webp
    const { bytes } = await encode(image, { crop: null, width: 100, height: 100, output })
    expect((await pixelAt(bytes, 0.9, 0.5))[3]).toBe(0)
    expect((await pixelAt(bytes, 0.1, 0.5))[3]).toBe(255)
  })

  it.each(outputs)('makes $format of exactly the size asked for', async (output) => {
    const { image } = await open(await picture(400, 300).jpeg().toBuffer(), 400, 300)
    const { bytes, width, height, sha256 } = await encode(image, { crop: null, width: 200, height: 150, output })
    const metadata = await sharp(bytes).metadata()
    expect(metadata.format).toBe(output.format === 'avif' ? 'heif' : output.format)
    expect([metadata.width, metadata.height, width, height]).toEqual([200, 150, 200, 150])
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

it('that a profile is damaged too does not make it the fault of the machine', async () => {
  const whole = await sharp(await photo('lamp-bird-small.jpg'))
    .withIccProfile('p3')
    .jpeg()
    .toBuffer({ resolveWithObject: true })
  const { data, info } = whole
  const profile = data.indexOf('ICC_PROFILE')
  const segmentBytes = data.readUInt16BE(profile - 2)
  const kept = Buffer.from(data.subarray(profile - 2, profile + 60))
  kept.writeUInt16BE(kept.length)
  const rest = data.subarray(profile - 2 + segmentBytes, -200)
  const damaged = Buffer.concat([data.subarray(0, profile - 2), kept, rest])
  await expect(open(damaged, info.width, info.height)).rejects.toThrow('The image is damaged')
})
