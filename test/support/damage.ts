import { crc32 } from 'node:zlib'
import type { InputFormat } from '../../src/workers/protocol.ts'

const closers: Record<InputFormat, (cut: Buffer) => Buffer> = { jpeg: closeJpeg, png: closePng, webp: closeWebp }

/** Gives the first part of a file the lengths, checksums and end mark of a whole one: only its pixels are missing. */
export function closeFile(cut: Buffer, format: InputFormat): Buffer {
  return closers[format](cut)
}

function closeJpeg(cut: Buffer): Buffer {
  return Buffer.concat([cut, Buffer.from('ffd9', 'hex')])
}

function closePng(cut: Buffer): Buffer {
  const at = lastPart(cut, 8, (start) => 12 + cut.readUInt32BE(start))
  return Buffer.concat([cut.subarray(0, at), pngChunk(cut.subarray(at + 4)), pngChunk(Buffer.from('IEND'))])
}

function pngChunk(typeAndData: Buffer): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(typeAndData.length - 4)
  sum.writeUInt32BE(crc32(typeAndData))
  return Buffer.concat([length, typeAndData, sum])
}

function closeWebp(cut: Buffer): Buffer {
  const closed = Buffer.concat([cut, Buffer.alloc(cut.length % 2)])
  const at = lastPart(cut, 12, (start) => 8 + Math.ceil(cut.readUInt32LE(start + 4) / 2) * 2)
  closed.writeUInt32LE(closed.length - 8, 4)
  closed.writeUInt32LE(closed.length - at - 8, at + 4)
  return closed
}

/** Where the chunk begins that the cut went through; its head has to be there. */
function lastPart(cut: Buffer, first: number, lengthAt: (at: number) => number): number {
  let at = first
  while (at + 8 <= cut.length && at + lengthAt(at) + 8 <= cut.length) at += lengthAt(at)
  return at
}
