import { deflateSync } from 'node:zlib'
import type { Chunk } from './chunk-edits.ts'
import { type PngHeader, pngHeaderData, pngSignature, writePng } from './png-parts.ts'

// The corrupt files of PngSuite (http://www.schaik.com/pngsuite/) by its list, at 128x128 px: its own have 32x32, which
// an upload may not have, so that nothing but their size would be looked at.

const side = 128
const end: Chunk = { type: 'IEND', data: Buffer.alloc(0) }

/** Rows of a pattern with the filter type 0. */
const pixels = (bytesPerRow: number) =>
  deflateSync(Buffer.concat(Array.from({ length: side }, (_, y) => Buffer.alloc(1 + bytesPerRow, y * 7).fill(0, 0, 1))))

const data = (bytesPerRow: number): Chunk => ({ type: 'IDAT', data: pixels(bytesPerRow) })
const header = (fields: Partial<PngHeader>, more: Partial<Chunk> = {}): Chunk => ({
  type: 'IHDR',
  data: pngHeaderData({ width: side, height: side, depth: 8, color: 2, ...fields }),
  ...more,
})
const grey = (depth: number) => writePng([header({ depth, color: 0 }), data((side * depth) / 8), end])

function withByte(file: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(file)
  changed.writeUInt8(change(changed[at] ?? 0), at)
  return changed
}

/** Line ends changed on the way, as by a transfer in text mode. */
const asText = (file: Buffer, from: RegExp, to: string) =>
  Buffer.from(file.toString('latin1').replace(from, to), 'latin1')

/** By the names that PngSuite gives them, and what is wrong with each. */
export const pngSuiteCorrupt: Record<string, () => Buffer> = {
  'xs1n0g01: the first byte of the signature without its highest bit': () =>
    withByte(grey(1), 0, (byte) => byte & 0x7f),
  'xs2n0g01: the second byte of the signature is Q': () => withByte(grey(1), 1, () => 0x51),
  'xs4n0g01: the fourth byte of the signature in lower case': () => withByte(grey(1), 3, () => 0x67),
  'xs7n0g01: the seventh byte of the signature is a space': () => withByte(grey(1), 6, () => 0x20),
  'xcrn0g04: carriage returns added': () => asText(grey(4), /(?<!\r)\n/g, '\r\n'),
  'xlfn0g04: line feeds added': () => asText(grey(4), /\r(?!\n)|\r\n/g, '\n'),
  'xhdn0g08: a wrong checksum of IHDR': () =>
    writePng([header({ color: 0 }, { checksum: 0x12345678 }), data(side), end]),
  'xc1n0g08: colour type 1': () => writePng([header({ color: 1 }), data(side), end]),
  'xc9n2c08: colour type 9': () => writePng([header({ color: 9 }), data(side * 3), end]),
  'xd0n2c08: bit depth 0': () => writePng([header({ depth: 0 }), data(side * 3), end]),
  'xd3n2c08: bit depth 3': () => writePng([header({ depth: 3 }), data(side * 3), end]),
  'xd9n2c08: bit depth 99': () => writePng([header({ depth: 99 }), data(side * 3), end]),
  'xdtn0g01: no IDAT': () => writePng([header({ depth: 1, color: 0 }), end]),
  'xcsn0g01: a wrong checksum of IDAT': () =>
    writePng([header({ depth: 1, color: 0 }), { ...data(side / 8), checksum: 0x12345678 }, end]),
  'x00n0g01: 0x0 px': () => writePng([header({ width: 0, height: 0, depth: 1, color: 0 }), data(1), end]),
}

/** Like them, of what has been found wrong with readers since. */
export const pngMore: Record<string, () => Buffer> = {
  'only a signature': () => pngSignature,
  'no IEND': () => writePng([header({}), data(side * 3)]),
  'two IHDR': () => writePng([header({}), header({ width: 9_000, height: 9_000 }), data(side * 3), end]),
  'IDAT before IHDR': () => writePng([data(side * 3), header({}), end]),
  'no palette': () => writePng([header({ color: 3 }), data(side), end]),
  'a palette of 1': () => writePng([header({ color: 3 }), { type: 'PLTE', data: Buffer.alloc(3) }, data(side), end]),
  'a palette of 257': () =>
    writePng([header({ color: 3 }), { type: 'PLTE', data: Buffer.alloc(771) }, data(side), end]),
  'too few rows': () => writePng([header({ height: 5_000 }), data(side * 3), end]),
  'too many rows': () => writePng([header({ height: 100 }), data(side * 3), end]),
  'filter types that there are not': () =>
    writePng([header({}), { type: 'IDAT', data: deflateSync(Buffer.alloc(side * (side * 3 + 1), 9)) }, end]),
  'IDAT that is not compressed': () => writePng([header({}), { type: 'IDAT', data: Buffer.alloc(50_000, 1) }, end]),
  'interlacing 7': () => writePng([header({ interlace: 7 }), data(side * 3), end]),
  'a chunk of 2 GiB': () =>
    writePng([header({}), { type: 'tEXt', data: Buffer.from('a\0b'), length: 0x7fffffff }, end]),
  'a text that unpacks to 64 MiB': () =>
    writePng([
      header({}),
      { type: 'zTXt', data: Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(64 * 1024 * 1024))]) },
      data(side * 3),
      end,
    ]),
  'a profile that unpacks to 64 MiB': () =>
    writePng([
      header({}),
      { type: 'iCCP', data: Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(64 * 1024 * 1024))]) },
      data(side * 3),
      end,
    ]),
  '4294967295 frames': () =>
    writePng([header({}), { type: 'acTL', data: Buffer.from('ffffffff00000000', 'hex') }, data(side * 3), end]),
  '100 megapixels of nothing in 12 KB': () =>
    writePng([
      header({ width: 10_000, height: 10_000, depth: 1, color: 0 }),
      { type: 'IDAT', data: deflateSync(Buffer.alloc(10_000 * 1_251)) },
      end,
    ]),
  '20000x20000 px': () => writePng([header({ width: 20_000, height: 20_000 }), data(side * 3), end]),
  '2147483647x1 px': () => writePng([header({ width: 0x7fffffff, height: 1 }), data(side * 3), end]),
}
