import type { Metadata } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { sampleCells } from './pixel-sample.ts'
import type { ImageFacts, WorkingImage } from './protocol.ts'
import { measureSharpness } from './sharpness.ts'

/** The most a ThumbHash may be made from, px a side. */
const sampleSide = 100

/**
 * Placeholder, colour, fingerprint, sharpness and warnings. In plain JavaScript on a small part of the pixels: through
 * the image library it took as long as a third of the encoding (measured).
 */
export function describePixels(image: WorkingImage, metadata: Metadata, frames: number): ImageFacts {
  const scale = Math.min(1, sampleSide / image.width, sampleSide / image.height)
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const sample = sampleCells(image, width, height)
  return {
    hasAlpha: metadata.hasAlpha,
    warnings: warningsFor(metadata, frames),
    thumbHash: Buffer.from(rgbaToThumbHash(width, height, sample)).toString('base64'),
    dominantColor: dominantColor(sample),
    perceptualHash: differenceHash(image),
    sharpness: measureSharpness(image),
  }
}

function warningsFor({ depth, space }: Metadata, frames: number): string[] {
  const warnings: string[] = []
  if (depth !== 'uchar') warnings.push('16-bit colour was reduced to 8 bits per channel.')
  if (frames > 1) warnings.push(`The animation was flattened: only the first of ${frames} frames is kept.`)
  if (space === 'cmyk') warnings.push('CMYK colours were converted to sRGB.')
  return warnings
}

/** What a transparent pixel looks like on white. */
const onWhite = (value: number, alpha: number) => (value * alpha + 255 * (255 - alpha)) / 255

/** The middle of the fullest of 16x16x16 boxes of colours. */
function dominantColor(rgba: Uint8Array): string {
  const counts = new Uint32Array(16 ** 3)
  let fullest = 0
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 255
    const [red = 0, green = 0, blue = 0] = [rgba[at], rgba[at + 1], rgba[at + 2]].map((value = 0) =>
      Math.min(15, Math.floor(onWhite(value, alpha) / 16)),
    )
    const box = red * 256 + green * 16 + blue
    const count = (counts[box] ?? 0) + 1
    counts[box] = count
    if (count > (counts[fullest] ?? 0)) fullest = box
  }
  const channels = [fullest >> 8, (fullest >> 4) & 15, fullest & 15]
  return `#${channels.map((index) => (index * 16 + 8).toString(16).padStart(2, '0')).join('')}`
}

/** dHash: is each of 8x8 cells darker than its right neighbour; alike pictures differ in few of the 64 bits. */
function differenceHash(image: WorkingImage): string {
  const cells = sampleCells(image, 9, 8)
  const brightness = (column: number, row: number) => {
    const at = (row * 9 + column) * 4
    const [red = 0, green = 0, blue = 0, alpha = 255] = cells.subarray(at, at + 4)
    return onWhite(0.2126 * red + 0.7152 * green + 0.0722 * blue, alpha)
  }
  let bits = 0n
  for (let row = 0; row < 8; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      bits = (bits << 1n) | (brightness(column, row) < brightness(column + 1, row) ? 1n : 0n)
    }
  }
  return bits.toString(16).padStart(16, '0')
}
