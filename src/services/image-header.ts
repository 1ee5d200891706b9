import { fileTypeFromBuffer } from 'file-type'
import { imageSize } from 'image-size'
import {
  CorruptImageError,
  ImageTooLargeError,
  ImageTooSmallError,
  TooManyPixelsError,
  UnsupportedImageTypeError,
} from '../errors.ts'
import type { InputFormat } from '../workers/protocol.ts'
import { type ImageStructure, readStructure } from './image-structure.ts'

/** How much of a file decides its type, bytes. */
const sniffedBytes = 8192

/** By what the content is; an animated PNG is a PNG of which the first frame is kept. */
const formats: Record<string, InputFormat> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/webp': 'webp',
}

export const acceptedMimeTypes = ['image/jpeg', 'image/png', 'image/webp']

/** What may come in: bytes of the file, px a side, px of all frames together. */
export interface Limits {
  maxBytes: number
  maxPixels: number
  minWidth: number
  minHeight: number
}

export interface ImageHeader {
  format: InputFormat
  mimeType: string
  /** px, upright: EXIF orientation applied */
  width: number
  height: number
  frames: number
}

/**
 * Decides from the bytes alone whether a file may come in: type by content, size in bytes and px, and that its end is
 * there. Nothing is decoded. Throws the error that names the first rule broken.
 */
export async function inspectImage(
  bytes: Uint8Array,
  limits: Limits,
  mimeTypes: readonly string[] = acceptedMimeTypes,
): Promise<ImageHeader> {
  if (bytes.byteLength > limits.maxBytes) throw new ImageTooLargeError(limits.maxBytes)
  const sniffed = await sniff(bytes)
  const format = formats[sniffed]
  if (!format || !mimeTypes.includes(`image/${format}`)) throw new UnsupportedImageTypeError(sniffed)
  const structure = readStructure(bytes, format)
  const size = uprightSize(bytes, structure)
  if (size.width < limits.minWidth || size.height < limits.minHeight) {
    throw new ImageTooSmallError(size, { width: limits.minWidth, height: limits.minHeight })
  }
  const { frames, whole } = structure
  if (size.width * size.height * frames > limits.maxPixels) {
    throw new TooManyPixelsError({ ...size, frames }, limits.maxPixels)
  }
  if (!whole) throw new CorruptImageError('The file is cut off: its end is missing.')
  return { format, mimeType: `image/${format}`, ...size, frames }
}

function uprightSize(bytes: Uint8Array, { size, orientation }: ImageStructure): { width: number; height: number } {
  try {
    const { width, height } = size ?? imageSize(bytes)
    return orientation >= 5 ? { width: height, height: width } : { width, height }
  } catch (cause) {
    throw new CorruptImageError('The file has no readable image header.', { cause })
  }
}

/** The MIME type that the content has, in the words of libmagic for what is no image (the older upload service told its users those). */
async function sniff(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength === 0) return 'application/x-empty'
  const head = bytes.subarray(0, sniffedBytes)
  const known = await fileTypeFromBuffer(head)
  if (known && known.mime !== 'application/xml') return known.mime
  const text = new TextDecoder('utf-8').decode(head)
  if (/<svg[\s>]/i.test(text)) return 'image/svg+xml'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text.slice(0, -3)) ? 'application/octet-stream' : 'text/plain'
}
