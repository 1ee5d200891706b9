import type { EditFile } from './byte-edits.ts'
import { type Chunk, createChunkEdits, type Format, onChunk, onChunks, pick } from './chunk-edits.ts'
import { words } from './strings.ts'

function readWebp(file: Buffer): Chunk[] | null {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WEBP') return null
  const chunks: Chunk[] = []
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4)
    if (at + 8 + length > file.length) return null
    chunks.push({ type: file.toString('latin1', at, at + 4), data: file.subarray(at + 8, at + 8 + length) })
    at += 8 + length + (length % 2)
  }
  return chunks.length > 0 ? chunks : null
}

function writeWebp(chunks: readonly Chunk[], size?: number): Buffer {
  const written = chunks.map(({ type, data, length = data.length }) => {
    const head = Buffer.alloc(8)
    head.write(type.padEnd(4), 'latin1')
    head.writeUInt32LE(length >>> 0, 4)
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
  })
  const body = Buffer.concat(written)
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  head.writeUInt32LE((size ?? body.length + 4) >>> 0, 4)
  return Buffer.concat([head, body])
}

const webp: Format = { read: readWebp, write: (chunks) => writeWebp(chunks) }

const sizes = [0, 1, 2, 3, 4, 11, 12, 255, 65_536, 0x7fffffff, 0xfffffff6, 0xffffffff]
const canvasSides = [0, 99, 127, 128, 9_999, 0xffffff]
const types = words('VP8 VP8L VP8X ALPH ANIM ANMF EXIF XMP ICCP JUNK \0\0\0\0').map((type) => type.padEnd(4))

/** A canvas of that size with all flags set. */
function canvas(width: number, height: number): Chunk {
  const data = Buffer.alloc(10)
  data.writeUInt8(0x3e)
  data.writeUIntLE(width & 0xffffff, 4, 3)
  data.writeUIntLE(height & 0xffffff, 7, 3)
  return { type: 'VP8X', data }
}

const added: Chunk[] = [
  canvas(0, 0),
  canvas(127, 127),
  canvas(0xffffff, 0xffffff),
  canvas(9_999, 9_999),
  { type: 'ANIM', data: Buffer.alloc(6, 0xff) },
  { type: 'ANIM', data: Buffer.alloc(1) },
  { type: 'ANMF', data: Buffer.alloc(16, 0xff) },
  { type: 'ANMF', data: Buffer.alloc(3) },
  { type: 'ALPH', data: Buffer.alloc(0) },
  { type: 'ALPH', data: Buffer.alloc(300, 0xff) },
  { type: 'EXIF', data: Buffer.from('49492a0008000000ffff', 'hex') },
  { type: 'EXIF', data: Buffer.from('Exif\0\0') },
  { type: 'ICCP', data: Buffer.alloc(200, 7) },
  { type: 'XMP ', data: Buffer.from('<x') },
  { type: 'VP8L', data: Buffer.from('2fffffffff', 'hex') },
  { type: 'VP8 ', data: Buffer.alloc(20) },
]

export const webpEdits: Record<string, EditFile> = {
  ...createChunkEdits('webp', webp, { lengths: sizes, types, added }),
  riffSize(file, _where, how) {
    const chunks = readWebp(file)
    const near = [file.length - 9, file.length - 7, file.length, file.length * 2]
    return chunks ? writeWebp(chunks, pick([...near, ...sizes], how)) : file
  },
  webpCanvas: onChunks(webp, (chunks, at, how) => [
    canvas(pick(canvasSides, how), pick(canvasSides, at + (how >> 4))),
    ...chunks.filter(({ type }) => type !== 'VP8X'),
  ]),
  /** the first bytes tell the decoder everything */
  webpHead: onChunk(webp, (chunk, how) => {
    const data = Buffer.from(chunk.data)
    if (data.length > 0) data.writeUInt8((how >> 4) & 0xff, how % Math.min(data.length, 12))
    return [{ ...chunk, data }]
  }),
}
