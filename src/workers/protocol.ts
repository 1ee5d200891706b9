// What crosses the process and thread boundaries: plain data that structured clone can carry.

export const inputFormats = ['jpeg', 'png', 'webp'] as const
export type InputFormat = (typeof inputFormats)[number]

export const outputFormats = ['avif', 'webp', 'jpeg', 'png'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** A rectangle in px of the upright original. */
export interface Crop {
  left: number
  top: number
  width: number
  height: number
}

/** How to encode; `effort` and `compressionLevel` trade CPU for bytes, never quality. */
export type Output =
  | { format: 'avif'; quality: number; effort: number }
  | { format: 'webp'; quality: number; effort: number }
  | { format: 'jpeg'; quality: number }
  | { format: 'png'; compressionLevel: number }

/** One variant to make: take `crop` of the original (all of it when null), resize to width x height px, encode. */
export interface EncodeUnit {
  crop: Crop | null
  width: number
  height: number
  output: Output
}

export interface DecodeRequest {
  /** an absolute path the host can read */
  path: string
  /** the upright original, px */
  source: { width: number; height: number }
  /** in the file; only the first is decoded */
  frames: number
  /** what to decode to, px; never larger than the source */
  working: { width: number; height: number }
  /** refuse to decode an input with more */
  maxPixels: number
}

/** What the first decode tells about an original. */
export interface ImageFacts {
  hasAlpha: boolean
  /** sentences: what a viewer of the variants will miss */
  warnings: string[]
  /** base64 */
  thumbHash: string
  /** #rrggbb */
  dominantColor: string
  /** 64-bit dHash, 16 hex digits */
  perceptualHash: string
  /** variance of the Laplacian: higher is sharper */
  sharpness: number
}

/** Decoded pixels, 8-bit sRGB with 3 or 4 channels, in memory that every thread of the host shares. */
export interface WorkingImage {
  pixels: SharedArrayBuffer
  width: number
  height: number
  channels: 3 | 4
  source: { width: number; height: number }
}

export interface Encoded {
  bytes: Uint8Array
  /** hex */
  sha256: string
  width: number
  height: number
}

export type ThreadTask =
  | { kind: 'decode'; request: DecodeRequest }
  | { kind: 'encode'; image: WorkingImage; unit: EncodeUnit }

/** Errors of our own lose their name on the way between threads, so an expected one travels as a result. */
export type ThreadResult =
  | { kind: 'decoded'; image: WorkingImage; facts: ImageFacts }
  | { kind: 'encoded'; encoded: Encoded }
  | { kind: 'damaged'; message: string }

export type HostRequest =
  | { id: number; kind: 'open'; request: DecodeRequest }
  | { id: number; kind: 'encode'; handle: number; unit: EncodeUnit }
  | { id: number; kind: 'close'; handle: number }

export type HostFailure = { code: 'CORRUPT_IMAGE' | 'INTERNAL_ERROR'; message: string }

export type HostReply =
  | { id: number; kind: 'opened'; handle: number; facts: ImageFacts }
  | { id: number; kind: 'encoded'; encoded: Encoded }
  /** the memory of the whole process that is in RAM */
  | { id: number; kind: 'closed'; residentBytes: number }
  | { id: number; kind: 'failed'; failure: HostFailure }
  | { id: 0; kind: 'ready'; encoder: string }
