import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import { inspectImage } from '../../src/services/image-header.ts'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits, type Unit, workingSize } from '../../src/services/units.ts'
import { decode, encode } from '../../src/workers/pixels.ts'
import type { EncodeUnit, WorkingImage } from '../../src/workers/protocol.ts'
import { goldenLimits, type Pixels } from './golden.ts'

/** 8 bits in 16: 255 becomes 65,535. */
const deep = 257

type Shape = Omit<EncodeUnit, 'output'>

export interface Subject {
  path: string
  units: Unit[]
  /** the original, every pixel of it, in 16 bits */
  whole: Pixels<Uint16Array>
  /** as the image host has it: decoded once, to what the largest unit needs */
  working: WorkingImage
}

export const photoPath = (name: string) => fileURLToPath(new URL(`../../examples/photos/${name}`, import.meta.url))

/** A photograph, decoded whole and as the image host decodes it for these recipes. */
export async function openSubject(path: string, recipes: readonly string[]): Promise<Subject> {
  const source = await inspectImage(await readFile(path), goldenLimits)
  const units = recipes.flatMap((recipe) => planUnits(findRecipe(recipe), { ...source, sha256: '0'.repeat(64) }))
  const { frames } = source
  const working = workingSize(source, units)
  const { image } = await decode({ path, source, frames, working, maxPixels: goldenLimits.maxPixels })
  const whole = await rawPixels(sharp(path).autoOrient().toColourspace('srgb'))
  return { path, units, whole: { ...whole, data: deepen(whole.data) }, working: image }
}

/** The best there is: in one step from every pixel of the original, in 16 bits, rounded once to 8. */
export async function makeReference({ whole }: Subject, { crop, width, height }: Shape): Promise<Pixels> {
  const raw = { width: whole.width, height: whole.height, channels: whole.channels as 3 | 4 }
  const pipeline = sharp(whole.data, { raw, limitInputPixels: false })
  if (crop) pipeline.extract(crop)
  const { data, info } = await pipeline
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true })
  const values = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
  return { width, height, channels: info.channels, data: shallow(values) }
}

// loops, since from() with a function takes a minute for what the tests need
function deepen(data: Uint8Array): Uint16Array {
  const result = new Uint16Array(data.length)
  for (let at = 0; at < data.length; at += 1) result[at] = (data[at] ?? 0) * deep
  return result
}

function shallow(data: Uint16Array): Uint8Array {
  const result = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += 1) result[at] = Math.round((data[at] ?? 0) / deep)
  return result
}

export async function makeByEngine({ working }: Subject, shape: Shape): Promise<Pixels> {
  const { bytes } = await encode(working, { ...shape, output: { format: 'png', compressionLevel: 1 } })
  return rawPixels(sharp(bytes))
}

/** What sharp does when it is asked for one variant at a time, straight from the file. */
export function makeByPipeline({ path }: Subject, { crop, width, height }: Shape): Promise<Pixels> {
  return rawPixels(
    sharp(path)
      .autoOrient()
      .resize(width, height, { fit: crop ? 'cover' : 'fill' }),
  )
}

/** Pixels through the encoder that the unit names, as a browser sees them. */
export async function throughEncoder(pixels: Pixels, unit: Unit): Promise<Pixels> {
  const { bytes } = await encode(toWorkingImage(pixels), { ...unit, crop: null })
  return rawPixels(sharp(bytes))
}

export function toWorkingImage({ width, height, channels, data }: Pixels, source = { width, height }): WorkingImage {
  const pixels = new SharedArrayBuffer(data.byteLength)
  new Uint8Array(pixels).set(data)
  return { pixels, width, height, channels: channels === 4 ? 4 : 3, source }
}

export async function rawPixels(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: info.channels, data }
}
