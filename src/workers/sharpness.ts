import type { WorkingImage } from './protocol.ts'

/** At this size a sharp photo can be told from one that was enlarged, px of the longer side. */
const scaledSide = 800
/** Squares that are looked at, a side of the grid, and their size at that scale, px. */
const squares = 8
const squareSide = 32

/**
 * Variance of the Laplacian at a longer side of 800 px, over squares spread evenly: much where there are edges, little in
 * what is blurred or flat. A smaller picture is taken as it is.
 */
export function measureSharpness(image: WorkingImage): number {
  const step = Math.max(1, Math.max(image.width, image.height) / scaledSide)
  const [width, height] = [Math.floor(image.width / step), Math.floor(image.height / step)]
  const side = { width: Math.min(squareSide, width), height: Math.min(squareSide, height) }
  const grey = new Float32Array(side.width * side.height)
  const total = { count: 0, sum: 0, sumOfSquares: 0 }
  for (const top of places(height)) {
    for (const left of places(width)) {
      scaleDown(image, step, { left, top, ...side }, grey)
      addEdges(grey, side, total)
    }
  }
  const mean = total.sum / Math.max(1, total.count)
  return Math.round(total.sumOfSquares / Math.max(1, total.count) - mean ** 2)
}

/** Where squares begin on a side that long: side by side when it is short, evenly spread when it is long. */
function places(side: number): number[] {
  const count = Math.max(1, Math.min(squares, Math.floor(side / squareSide)))
  const gap = count === 1 ? 0 : (side - squareSide) / (count - 1)
  return Array.from({ length: count }, (_each, index) => Math.floor(index * gap))
}

interface Square {
  left: number
  top: number
  width: number
  height: number
}

/** The brightness of a square of the scaled picture: each px the average of those that lie in it. */
function scaleDown(image: WorkingImage, step: number, { left, top, width, height }: Square, grey: Float32Array): void {
  const bytes = new Uint8Array(image.pixels)
  for (let y = 0; y < height; y += 1) {
    const [first, end] = [Math.floor((top + y) * step), Math.floor((top + y + 1) * step)]
    for (let x = 0; x < width; x += 1) {
      const [from, to] = [Math.floor((left + x) * step), Math.floor((left + x + 1) * step)]
      let sum = 0
      for (let row = first; row < end; row += 1) {
        const begin = row * image.width
        sum += sumOfRow(bytes, image.channels, begin + from, begin + to)
      }
      grey[y * width + x] = sum / ((end - first) * (to - from))
    }
  }
}

/** The brightness of pixels side by side, as they look on white. */
function sumOfRow(bytes: Uint8Array, channels: 3 | 4, from: number, to: number): number {
  let sum = 0
  for (let at = from * channels; at < to * channels; at += channels) {
    const value = 0.2126 * (bytes[at] ?? 0) + 0.7152 * (bytes[at + 1] ?? 0) + 0.0722 * (bytes[at + 2] ?? 0)
    const alpha = channels === 4 ? (bytes[at + 3] ?? 255) / 255 : 1
    sum += value * alpha + 255 * (1 - alpha)
  }
  return sum
}

function addEdges(
  grey: Float32Array,
  { width, height }: { width: number; height: number },
  total: { count: number; sum: number; sumOfSquares: number },
): void {
  const at = (x: number, y: number) => grey[y * width + x] ?? 0
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y)
      total.count += 1
      total.sum += edge
      total.sumOfSquares += edge * edge
    }
  }
}
