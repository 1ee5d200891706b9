import type { InputFormat } from '../workers/protocol.ts'
import { readOrientation } from './exif-orientation.ts'

export interface ImageStructure {
  /** px as stored, where the walk meets it (JPEG) */
  size: { width: number; height: number } | null
  /** EXIF: 1 to 8, and 1 when there is none */
  orientation: number
  /** 1 for a still image */
  frames: number
  /** the file's own end mark is there; what follows it does not count */
  whole: boolean
}

const readers: Record<InputFormat, (data: Buffer) => ImageStructure> = { jpeg: readJpeg, png: readPng, webp: readWebp }

/** Walks the segments or chunks of a file without decoding any; never throws, a walk that leads nowhere is not whole. */
export function readStructure(bytes: Uint8Array, format: InputFormat): ImageStructure {
  return readers[format](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

const nothingYet = (): ImageStructure => ({ size: null, orientation: 1, frames: 1, whole: false })

/**
 * JPEG (ITU T.81 B.1): segments until SOS, then entropy-coded data in which FF is followed by 00 or a restart marker;
 * any other marker ends the scan. Only EOI (FFD9) at that level counts: an EXIF thumbnail has an EOI of its own.
 */
function readJpeg(data: Buffer): ImageStructure {
  const found = nothingYet()
  for (let at = data.indexOf(0xff, 2); at >= 0 && at + 1 < data.length; ) {
    const marker = data.readUInt8(at + 1)
    if (marker === 0xd9) return { ...found, whole: true }
    const length = jpegSegmentLength(data, at, marker)
    if (length > 2) readJpegSegment(found, marker, data.subarray(at + 4, at + length))
    at = data.indexOf(0xff, at + length)
  }
  return found
}

/** How far to skip from a marker: fill bytes 1, markers without parameters 2, segments what they say. */
function jpegSegmentLength(data: Buffer, at: number, marker: number): number {
  if (marker === 0xff) return 1
  if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) return 2
  return at + 3 < data.length ? 2 + data.readUInt16BE(at + 2) : 2
}

// C4, C8 and CC are tables, not frames
const isFrameHeader = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

function readJpegSegment(found: ImageStructure, marker: number, body: Buffer): void {
  if (isFrameHeader(marker) && body.length >= 5) {
    found.size ??= { height: body.readUInt16BE(1), width: body.readUInt16BE(3) }
  }
  if (marker === 0xe1 && body.toString('latin1', 0, 6) === 'Exif\0\0') {
    found.orientation = readOrientation(body.subarray(6))
  }
}

/** PNG (W3C PNG 5.3): length, type, data, CRC until IEND; acTL tells the frames of an animated one. */
function readPng(data: Buffer): ImageStructure {
  const found = nothingYet()
  for (let at = 8; at + 12 <= data.length; ) {
    const length = data.readUInt32BE(at)
    const type = data.toString('latin1', at + 4, at + 8)
    const body = data.subarray(at + 8, at + 8 + length)
    if (type === 'IEND') return { ...found, whole: true }
    if (type === 'acTL' && body.length >= 4) found.frames = Math.max(1, body.readUInt32BE(0))
    if (type === 'eXIf') found.orientation = readOrientation(body)
    at += 12 + length
  }
  return found
}

/** WebP (RFC 9649): RIFF says how long it is; every ANMF chunk is a frame. */
function readWebp(data: Buffer): ImageStructure {
  if (data.length < 12) return nothingYet()
  const end = 8 + data.readUInt32LE(4)
  const found = { ...nothingYet(), frames: 0, whole: data.length >= end }
  for (let at = 12; at + 8 <= Math.min(end, data.length); ) {
    const type = data.toString('latin1', at, at + 4)
    const length = data.readUInt32LE(at + 4)
    if (type === 'ANMF') found.frames += 1
    if (type === 'EXIF') found.orientation = readOrientation(data.subarray(at + 8, at + 8 + length))
    at += 8 + length + (length % 2)
  }
  return { ...found, frames: Math.max(1, found.frames) }
}
