import { createHash } from 'node:crypto'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { describePixels } from './pixel-facts.ts'
import type { Crop, DecodeRequest, Encoded, EncodeUnit, ImageFacts, Output, WorkingImage } from './protocol.ts'

const { sharp: sharpVersion, vips, webp, heif, aom, mozjpeg } = sharp.versions as Record<string, string>

/** What made a variant, recorded with it as a fact. */
export const encoderVersions = [
  `sharp ${sharpVersion}`,
  `libvips ${vips}`,
  ...Object.entries({ webp, heif, aom, mozjpeg }).flatMap(([name, version]) => (version ? `${name} ${version}` : [])),
].join(', ')

/** The input is damaged or not what its header says; the message is for the person who sent it. */
export class DamagedImageError extends Error {
  override readonly name = 'DamagedImageError'
}

/**
 * Decodes once: upright, 8-bit sRGB, at the working size, into memory that all threads share.
 * Throws DamagedImageError.
 */
export async function decode(request: DecodeRequest): Promise<{ image: WorkingImage; facts: ImageFacts }> {
  const { path, source, frames, working, maxPixels } = request
  try {
    const options = { failOn: 'warning', limitInputPixels: maxPixels } as const
    const metadata = await sharp(path, options).metadata()
    const upright = metadata.autoOrient
    if (upright.width !== source.width || upright.height !== source.height) {
      throw new Error(
        `it is ${upright.width}x${upright.height} px, not ${source.width}x${source.height} as its header says`,
      )
    }
    const { data, info } = await throughProfile(sharp(path, options), metadata)
      .autoOrient()
      .resize(working.width, working.height, { fit: 'fill', kernel: 'lanczos3' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const pixels = new SharedArrayBuffer(data.byteLength)
    new Uint8Array(pixels).set(data)
    const channels = info.channels === 4 ? 4 : 3
    const image: WorkingImage = { pixels, width: info.width, height: info.height, channels, source }
    return { image, facts: describePixels(image, metadata, frames) }
  } catch (cause) {
    // the machine's trouble is not the image's; of a damaged profile lcms says "Read from memory error"
    if (/file is missing|open files|out of memory|alloc/i.test(String(cause))) throw cause
    throw new DamagedImageError(`The image is damaged and cannot be decoded (${firstLine(cause)}).`, { cause })
  }
}

/** Left to itself, sharp turns 16-bit colours that have a profile into Display P3, and 16-bit greys not at all. */
function throughProfile(pipeline: Sharp, { space, hasProfile }: Metadata): Sharp {
  if (hasProfile && space === 'rgb16') return pipeline.withIccProfile('srgb', { attach: false })
  if (hasProfile && space === 'grey16') return pipeline.pipelineColourspace('b-w')
  return pipeline
}

/** Makes one variant from decoded pixels. Carries no metadata, since the pixels carry none. */
export async function encode(image: WorkingImage, unit: EncodeUnit): Promise<Encoded> {
  const pipeline = openRaw(image)
  if (unit.crop) pipeline.extract(scaleCrop(unit.crop, image))
  pipeline.resize(unit.width, unit.height, { fit: 'fill', kernel: 'lanczos3' })
  const { data, info } = await applyOutput(pipeline, unit.output).toUint8Array()
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { bytes: data, sha256, width: info.width, height: info.height }
}

function openRaw({ pixels, width, height, channels }: WorkingImage): Sharp {
  return sharp(new Uint8Array(pixels), { raw: { width, height, channels }, limitInputPixels: false })
}

function applyOutput(pipeline: Sharp, output: Output): Sharp {
  switch (output.format) {
    case 'avif':
      return pipeline.avif({ quality: output.quality, effort: output.effort })
    case 'webp':
      return pipeline.webp({ quality: output.quality, effort: output.effort })
    case 'jpeg':
      return pipeline.flatten({ background: '#ffffff' }).jpeg({ quality: output.quality, optimiseCoding: true })
    case 'png':
      return pipeline.png({ compressionLevel: output.compressionLevel })
  }
}

/** Moves a crop of the original onto the decoded pixels, never outside of them. */
export function scaleCrop(crop: Crop, { width, height, source }: Omit<WorkingImage, 'pixels' | 'channels'>): Crop {
  const left = Math.min(width - 1, Math.round((crop.left * width) / source.width))
  const top = Math.min(height - 1, Math.round((crop.top * height) / source.height))
  return {
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round((crop.width * width) / source.width))),
    height: Math.max(1, Math.min(height - top, Math.round((crop.height * height) / source.height))),
  }
}

function firstLine(error: unknown): string {
  const [line = 'unknown reason'] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.replace(/^Vips\w+: /, '').replace(/[.\s]+$/, '')
}
