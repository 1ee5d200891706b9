import sharp, { type Metadata, type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import type { ImageFacts } from './protocol.ts'

/** The most a ThumbHash may be made from, px a side. */
const sampleSide = 100

/** Placeholder, colour, fingerprint and warnings, all from one small sample of the decoded pixels. */
export async function describePixels(pixels: Sharp, metadata: Metadata, frames: number): Promise<ImageFacts> {
  const { data, info } = await pixels
    .clone()
    .resize(sampleSide, sampleSide, { fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 4 } as const
  const sample = () => sharp(data, { raw }).flatten({ background: '#ffffff' })
  const { dominant } = await sample().stats()
  return {
    hasAlpha: metadata.hasAlpha,
    warnings: warningsFor(metadata, frames),
    thumbHash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    dominantColor: `#${[dominant.r, dominant.g, dominant.b].map((c) => c.toString(16).padStart(2, '0')).join('')}`,
    perceptualHash: await differenceHash(sample()),
    sharpness: await measureSharpness(pixels),
  }
}

function warningsFor({ depth, space }: Metadata, frames: number): string[] {
  const warnings: string[] = []
  if (depth !== 'uchar') warnings.push('16-bit colour was reduced to 8 bits per channel.')
  if (frames > 1) warnings.push(`The animation was flattened: only the first of ${frames} frames is kept.`)
  if (space === 'cmyk') warnings.push('CMYK colours were converted to sRGB.')
  return warnings
}

/** Large enough to tell a sharp photo from one that was enlarged, small enough to cost little, px a side. */
const sharpnessSide = 800
const laplacian = { width: 3, height: 3, kernel: [0, 1, 0, 1, -4, 1, 0, 1, 0], scale: 1, offset: 128 }

/** Variance of the Laplacian: much where there are edges, little in what is blurred or flat. */
async function measureSharpness(pixels: Sharp): Promise<number> {
  const box = { fit: 'inside', withoutEnlargement: true } as const
  const { data, info } = await pixels
    .clone()
    .resize(sharpnessSide, sharpnessSide, box)
    .flatten({ background: '#ffffff' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: info.channels }
  const edges = await sharp(data, { raw }).convolve(laplacian).raw().toBuffer()
  const { channels } = await sharp(edges, { raw }).stats()
  return Math.round((channels[0]?.stdev ?? 0) ** 2)
}

/** dHash: is each of 8x8 cells darker than its right neighbour; alike pictures differ in few of the 64 bits. */
async function differenceHash(sample: Sharp): Promise<string> {
  const grey = await sample.greyscale().resize(9, 8, { fit: 'fill' }).raw().toBuffer()
  let bits = 0n
  for (let row = 0; row < 8; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      const at = row * 9 + column
      bits = (bits << 1n) | (grey.readUInt8(at) < grey.readUInt8(at + 1) ? 1n : 0n)
    }
  }
  return bits.toString(16).padStart(16, '0')
}
