import type { EditFile } from './byte-edits.ts'
import { type Chunk, createChunkEdits, type Format, onChunks, pick } from './chunk-edits.ts'

interface Jpeg {
  segments: Chunk[]
  /** from the first scan on */
  rest: Buffer
}

const markerOf = ({ type }: Chunk) => type.charCodeAt(0)
const segment = (marker: number, data: Buffer): Chunk => ({ type: String.fromCharCode(marker), data })

/** The segments up to the first scan, or null for what is no JPEG any more. */
function readJpeg(file: Buffer): Jpeg | null {
  if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return null
  const segments: Chunk[] = []
  let at = 2
  while (at + 4 <= file.length && file.readUInt8(at) === 0xff) {
    const marker = file.readUInt8(at + 1)
    const length = file.readUInt16BE(at + 2)
    if (length < 2 || at + 2 + length > file.length) break
    segments.push(segment(marker, file.subarray(at + 4, at + 2 + length)))
    at += 2 + length
    if (marker === 0xda) break
  }
  return segments.length > 1 ? { segments, rest: file.subarray(at) } : null
}

function writeSegment({ type, data, length = data.length + 2 }: Chunk): Buffer {
  const head = Buffer.from(`\xff${type}\0\0`, 'latin1')
  head.writeUInt16BE(length & 0xffff, 2)
  return Buffer.concat([head, data])
}

const writeJpeg = (segments: readonly Chunk[], rest: Buffer) =>
  Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments.map(writeSegment), rest])

const jpeg: Format = {
  read: (file) => readJpeg(file)?.segments ?? null,
  write: (segments, file) => writeJpeg(segments, readJpeg(file)?.rest ?? Buffer.alloc(0)),
}

/** The bytes of every segment of a kind. */
const onKind = (isIt: (marker: number) => boolean, change: (data: Buffer, at: number, how: number) => void) =>
  onChunks(jpeg, (segments, at, how) =>
    segments.map((each) => {
      if (!isIt(markerOf(each)) || each.data.length === 0) return each
      const data = Buffer.from(each.data)
      change(data, at, how)
      return { ...each, data }
    }),
  )

const lengths = [0, 1, 2, 3, 255, 256, 8_192, 65_534, 65_535]
const types = Array.from({ length: 256 }, (_, marker) => String.fromCharCode(marker))
const sizes = [0, 1, 99, 100, 128, 9_999, 10_001, 16_384, 65_535]
const bytes = [0, 1, 2, 3, 4, 0x11, 0x22, 0x44, 0xf1, 0x1f, 0xff]

const set = (data: Buffer, at: number, how: number) => data.writeUInt8(pick(bytes, how), at % data.length)
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

const exif = (ifd: string) => Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(ifd, 'hex')])
const added: Chunk[] = [
  // an entry count of 65535, a directory that points to itself, offsets far away, an orientation of 9
  segment(0xe1, exif('49492a0008000000ffff')),
  segment(0xe1, exif('4d4d002a0000000800000000000800000008')),
  segment(0xe1, exif('4d4d002a7fffffff')),
  segment(0xe1, exif('4d4d002a000000080001011200030000000100090000')),
  segment(0xe1, exif('4d4d002a0000000800010112000300ffffff00060000')),
  segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta')),
  segment(0xe2, Buffer.from('ICC_PROFILE\0\x01\x01garbage', 'latin1')),
  segment(0xe2, Buffer.from('ICC_PROFILE\0\x00\x00', 'latin1')),
  segment(0xe2, Buffer.from('ICC_PROFILE\0\xff\xff', 'latin1')),
  segment(0xe2, Buffer.from('MPF\0II*\0\x08\0\0\0\xff\xff', 'latin1')),
  segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\x02', 'latin1')),
  segment(0xfe, Buffer.alloc(65_533, 0xff)),
  segment(0xdd, Buffer.from([0, 1])),
  segment(0xdd, Buffer.from([0xff])),
  segment(0xcc, Buffer.from([0, 0])),
  segment(0xc3, Buffer.from([8, 0, 128, 0, 128, 1, 1, 0x11, 0])),
  segment(0xd9, Buffer.alloc(0)),
  segment(0xdc, Buffer.from([0xff, 0xff])),
]

export const jpegEdits: Record<string, EditFile> = {
  ...createChunkEdits('jpeg', jpeg, { lengths, types, added }),
  jpegSize: onKind(isFrame, (data, at, how) => {
    if (data.length >= 5) data.writeUInt16BE(pick(sizes, how), at % 2 === 0 ? 1 : 3)
  }),
  jpegFrame: onKind(isFrame, set),
  jpegHuffman: onKind((marker) => marker === 0xc4, set),
  jpegQuantisation: onKind((marker) => marker === 0xdb, set),
  jpegScan: onKind((marker) => marker === 0xda, set),
  /** a progressive bomb: every scan costs a pass over all coefficients */
  jpegScans(file, _where, how) {
    const { segments, rest } = readJpeg(file) ?? { segments: [], rest: file }
    const scan = segments.at(-1)
    if (!scan || markerOf(scan) !== 0xda) return file
    return writeJpeg(segments, Buffer.concat([...Array<Buffer>(how % 3_000).fill(writeSegment(scan)), rest]))
  },
}
