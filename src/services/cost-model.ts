import type { EncodeUnit, OutputFormat } from '../workers/protocol.ts'

// Measured on photographs with sharp 0.35 (libvips 8.18) on a core of 2020's servers: milliseconds of one core for a
// megapixel. An estimate: another machine differs by a factor, another picture by as much.
const decodeMs = 10
const encodeMs: Record<OutputFormat, number> = { avif: 480, webp: 96, jpeg: 11, png: 60 }

/** Bytes of a pixel, for recipes of which there is nothing stored yet to learn from. */
export const typicalBytesPerPixel: Record<OutputFormat, number> = { avif: 0.06, webp: 0.13, jpeg: 0.2, png: 1.5 }

/** Milliseconds of one core to decode an original. */
export const decodeCost = (megapixels: number) => megapixels * decodeMs

/** Milliseconds of one core to make a variant. */
export const encodeCost = ({ width, height, output }: EncodeUnit) => ((width * height) / 1e6) * encodeMs[output.format]

/** Others may go before a unit for so many times what it costs. */
const patience = 10

/** How long what came in later with an upload goes before what is in the background. */
const laneMs = 60_000

/**
 * When work on an image that came in at `sinceMs` is due; what is due first is done first. So the small units of every
 * image go before anyone's large ones, and yet no large one waits for ever while more images come in.
 */
export const dueMs = (sinceMs: number, costMs: number, lane = 0) => sinceMs + patience * costMs + lane * laneMs
