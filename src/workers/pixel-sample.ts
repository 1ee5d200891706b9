import type { WorkingImage } from './protocol.ts'

/** Pixels that are looked at in all: enough that noise moves no average, and few enough to take about 2 ms. */
const looks = 100_000

/** The picture as width x height cells, each the average of pixels spread evenly over it: RGBA, 4 bytes a cell. */
export function sampleCells(image: WorkingImage, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(image.pixels)
  const cells = new Uint8Array(width * height * 4)
  const taps = Math.max(2, Math.floor(Math.sqrt(looks / (width * height))))
  const lines = Array.from({ length: height }, (_each, row) => spread(row, height, image.height, taps))
  const columns = Array.from({ length: width }, (_each, column) => spread(column, width, image.width, taps))
  let at = 0
  for (const ys of lines) {
    for (const xs of columns) {
      for (let channel = 0; channel < image.channels; channel += 1) {
        cells[at + channel] = average(pixels, image, { xs, ys, channel })
      }
      if (image.channels === 3) cells[at + 3] = 255
      at += 4
    }
  }
  return cells
}

/** Up to `taps` places, evenly over the index-th of `count` equal parts of a side. */
function spread(index: number, count: number, side: number, taps: number): number[] {
  const part = side / count
  const used = Math.max(1, Math.min(taps, Math.floor(part)))
  return Array.from({ length: used }, (_each, tap) => Math.floor((index + (tap + 0.5) / used) * part))
}

interface Look {
  xs: readonly number[]
  ys: readonly number[]
  channel: number
}

function average(pixels: Uint8Array, { width, channels }: WorkingImage, { xs, ys, channel }: Look): number {
  let sum = 0
  for (const y of ys) {
    for (const x of xs) sum += pixels[(y * width + x) * channels + channel] ?? 0
  }
  return sum / (xs.length * ys.length)
}
