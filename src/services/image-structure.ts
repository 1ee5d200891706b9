import type { InputFormat } from '../workers/protocol.ts'

export interface ImageStructure {
  /** 1 for a still image */
  frames: number
  /** the file's own end mark is there; what follows it does not count */
  whole: boolean
}

const readers: Record<InputFormat, (bytes: DataView) => ImageStructure> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
}

/** Walks the segments or chunks of a file without decoding any; never throws, a walk that leads nowhere is not whole. */
export function readStructure(bytes: Uint8Array, format: InputFormat): ImageStructure {
  return readers[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

/**
 * JPEG (ITU T.81 B.1): segments until SOS, then entropy-coded data in which FF is followed by 00 or a restart marker;
 * any other marker ends the scan. Only EOI (FFD9) at that level counts: an EXIF thumbnail has an EOI of its own.
 */
function readJpeg(bytes: DataView): ImageStructure {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = data.indexOf(0xff, 2); at >= 0 && at + 1 < data.length; ) {
    const marker = data.readUInt8(at + 1)
    if (marker === 0xd9) return { frames: 1, whole: true }
    at = data.indexOf(0xff, at + jpegSegmentLength(data, at, marker))
  }
  return { frames: 1, whole: false }
}

/** How far to skip from a marker: fill bytes 1, markers without parameters 2, segments what they say. */
function jpegSegmentLength(data: Buffer, at: number, marker: number): number {
  if (marker === 0xff) return 1
  if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) return 2
  return at + 3 < data.length ? 2 + data.readUInt16BE(at + 2) : 2
}

/** PNG (W3C PNG 5.3): length, type, data, CRC until IEND; acTL tells the frames of an animated one. */
function readPng(bytes: DataView): ImageStructure {
  let frames = 1
  for (let at = 8; at + 12 <= bytes.byteLength; ) {
    const length = bytes.getUint32(at)
    const type = fourCharacters(bytes, at + 4)
    if (type === 'IEND') return { frames, whole: true }
    if (type === 'acTL' && at + 12 <= bytes.byteLength) frames = Math.max(1, bytes.getUint32(at + 8))
    at += 12 + length
  }
  return { frames, whole: false }
}

/** WebP (RFC 9649): RIFF says how long it is; every ANMF chunk is a frame. */
function readWebp(bytes: DataView): ImageStructure {
  const end = 8 + bytes.getUint32(4, true)
  let frames = 0
  for (let at = 12; at + 8 <= Math.min(end, bytes.byteLength); ) {
    if (fourCharacters(bytes, at) === 'ANMF') frames += 1
    const length = bytes.getUint32(at + 4, true)
    at += 8 + length + (length % 2)
  }
  return { frames: Math.max(1, frames), whole: bytes.byteLength >= end }
}

function fourCharacters(bytes: DataView, at: number): string {
  return String.fromCharCode(bytes.getUint8(at), bytes.getUint8(at + 1), bytes.getUint8(at + 2), bytes.getUint8(at + 3))
}
