import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { decode as decodePng } from 'fast-png'
import { inspectImage } from '../../src/services/image-header.ts'
import { decode, encode } from '../../src/workers/pixels.ts'
import type { EncodeUnit, ImageFacts, WorkingImage } from '../../src/workers/protocol.ts'

const folder = new URL('../golden/', import.meta.url)
export const goldenLimits = { maxBytes: 10 * 1024 * 1024, maxPixels: 1e8, minWidth: 100, minHeight: 100 }

export interface Pixels<Data = Uint8Array> {
  width: number
  height: number
  channels: number
  data: Data
}

export const goldenPath = (name: string) => fileURLToPath(new URL(`inputs/${name}`, folder))

/** The pixels that another program says are right (test/golden/README.md), read without libvips. */
export async function expectedPixels(name: string): Promise<Pixels> {
  return readPng(await readFile(new URL(`expected/${name}.png`, folder)))
}

export function readPng(bytes: Uint8Array): Pixels {
  const { width, height, channels, data } = decodePng(bytes)
  return { width, height, channels, data: Uint8Array.from(data) }
}

/** A file of test/golden/inputs as an upload goes: its header inspected, then decoded to `working`, or to its own size. */
export async function openGolden(
  name: string,
  working?: { width: number; height: number },
): Promise<{ image: WorkingImage; facts: ImageFacts }> {
  const path = goldenPath(name)
  const { width, height, frames } = await inspectImage(await readFile(path), goldenLimits)
  const source = { width, height }
  return decode({ path, source, frames, working: working ?? source, maxPixels: goldenLimits.maxPixels })
}

export function pixelsOf({ pixels, width, height, channels }: WorkingImage): Pixels {
  return { width, height, channels, data: new Uint8Array(pixels) }
}

/** One variant, lossless: what the encoder loses is not what is compared. */
export async function encodePixels(image: WorkingImage, unit: Omit<EncodeUnit, 'output'>): Promise<Pixels> {
  const { bytes } = await encode(image, { ...unit, output: { format: 'png', compressionLevel: 1 } })
  return readPng(bytes)
}

/** Differences of the worst channel, 0 to 255; colours count as much as their alpha lets them be seen. */
export function difference(found: Pixels, right: Pixels): { mean: number; max: number } {
  const shape = ({ width, height, channels }: Pixels) => `${width}x${height}, ${channels} channels`
  if (shape(found) !== shape(right)) throw new Error(`${shape(found)} instead of ${shape(right)}`)
  const { channels } = right
  const [a, b] = [seen(found), seen(right)]
  const sums = new Array<number>(channels).fill(0)
  let max = 0
  for (let at = 0; at < a.length; at += 1) {
    const off = Math.abs((a[at] ?? 0) - (b[at] ?? 0))
    sums[at % channels] = (sums[at % channels] ?? 0) + off
    max = Math.max(max, off)
  }
  return { mean: (Math.max(...sums) * channels) / a.length, max }
}

function seen({ channels, data }: Pixels): ArrayLike<number> {
  if (channels !== 4) return data
  return Float32Array.from(data, (value, at) => (at % 4 === 3 ? value : (value * (data[at | 3] ?? 0)) / 255))
}
