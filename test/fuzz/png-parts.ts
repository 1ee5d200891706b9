import { crc32 } from 'node:zlib'
import type { Chunk } from './chunk-edits.ts'

export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')

/** The chunks of a PNG that is whole, or null. */
export function readPng(file: Buffer): Chunk[] | null {
  if (!file.subarray(0, 8).equals(pngSignature)) return null
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at)
    if (at + 12 + length > file.length) return null
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks.length > 2 ? chunks : null
}

export function writePng(chunks: readonly Chunk[]): Buffer {
  return Buffer.concat([pngSignature, ...chunks.map(writeChunk)])
}

function writeChunk({ type, data, length = data.length, checksum }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)]
  head.writeUInt32BE(length >>> 0)
  tail.writeUInt32BE((checksum ?? crc32(named)) >>> 0)
  return Buffer.concat([head, named, tail])
}

export interface PngHeader {
  width: number
  height: number
  depth: number
  color: number
  interlace?: number
}

export function pngHeaderData({ width, height, depth, color, interlace = 0 }: PngHeader): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width >>> 0)
  data.writeUInt32BE(height >>> 0, 4)
  for (const [index, value] of [depth, color, 0, 0, interlace].entries()) data.writeUInt8(value & 0xff, 8 + index)
  return data
}
