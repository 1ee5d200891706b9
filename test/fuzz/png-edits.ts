import { deflateSync, inflateSync } from 'node:zlib'
import type { EditFile } from './byte-edits.ts'
import { type Chunk, createChunkEdits, type Format, onChunk, onChunks, pick } from './chunk-edits.ts'
import { pngHeaderData, readPng, writePng } from './png-parts.ts'
import { words } from './strings.ts'

const png: Format = { read: readPng, write: writePng }

const sizes = [0, 1, 99, 100, 101, 1_000, 5_000, 10_001, 0x7fffffff, 0x80000000, 0xffffffff]
const depths = [0, 1, 2, 3, 4, 8, 16, 17, 255]
const colors = [0, 1, 2, 3, 4, 5, 6, 7, 255]

const types = words('IDAT IEND iDAT PLTE tRNS zzzz ZZZZ acTL')
const added: Chunk[] = [
  { type: 'eXIf', data: Buffer.from('49492a0008000000ffff', 'hex') },
  { type: 'eXIf', data: Buffer.from('4d4d002a00000008000101120003000000010006', 'hex') },
  { type: 'iCCP', data: Buffer.from('x\0\0garbage') },
  { type: 'tRNS', data: Buffer.alloc(300, 9) },
  { type: 'PLTE', data: Buffer.alloc(5) },
  { type: 'acTL', data: Buffer.from('0000000200000000', 'hex') },
  { type: 'fcTL', data: Buffer.alloc(26, 0xff) },
  { type: 'fdAT', data: Buffer.alloc(9, 1) },
  { type: 'gAMA', data: Buffer.alloc(4) },
  { type: 'cHRM', data: Buffer.alloc(32, 0xff) },
  { type: 'sBIT', data: Buffer.alloc(4, 99) },
  { type: 'iTXt', data: Buffer.from('XML:com.adobe.xmp\0\0\0\0\0<x') },
  { type: 'IDAT', data: Buffer.alloc(0) },
  { type: 'IEND', data: Buffer.alloc(0) },
  { type: 'IHDR', data: Buffer.alloc(13, 1) },
  { type: 'ABCD', data: Buffer.alloc(9) },
  { type: '\0\0\0\0', data: Buffer.alloc(9) },
]

/** Does it to the pixels as they are before they are compressed. */
const onPixels = (change: (pixels: Buffer, how: number) => Buffer) =>
  onChunks(png, (chunks, _at, how) => {
    const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
    const first = chunks.findIndex(({ type }) => type === 'IDAT')
    const rest = chunks.filter(({ type }) => type !== 'IDAT')
    const data = deflateSync(change(unpacked(packed), how), { level: 1 })
    return [...rest.slice(0, Math.max(first, 0)), { type: 'IDAT', data }, ...rest.slice(Math.max(first, 0))]
  })

function unpacked(packed: Buffer): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: 4_000_000 })
  } catch {
    return Buffer.alloc(1_000)
  }
}

export const pngEdits: Record<string, EditFile> = {
  ...createChunkEdits('png', png, { lengths: sizes, types, added }),
  pngChecksum: onChunk(png, (chunk, how) => [{ ...chunk, checksum: how }]),
  pngHeader: onChunks(png, (chunks, at, how) => {
    const fields = { width: 128, height: 128, depth: pick(depths, how >> 3), color: pick(colors, how >> 7) }
    const size = how % 3 === 0 ? { width: pick(sizes, how >> 11), height: pick(sizes, how >> 15) } : {}
    const data = pngHeaderData({ ...fields, ...size, interlace: at % 3 })
    return chunks.map((chunk) => (chunk.type === 'IHDR' ? { ...chunk, data } : chunk))
  }),
  pngPixels: onPixels((pixels, how) => pixels.fill(how % 256, how % (pixels.length + 1))),
  pngRows: onPixels((pixels, how) => pixels.subarray(0, how % (pixels.length + 1))),
  pngMoreRows: onPixels((pixels, how) => Buffer.concat([pixels, Buffer.alloc(how % 3_000_000)])),
}
