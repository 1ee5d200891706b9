import type { EditFile } from './byte-edits.ts'

interface Segment {
  marker: number
  /** without marker and length */
  data: Buffer
  /** instead of the right one */
  length?: number
}

interface Jpeg {
  segments: Segment[]
  /** from the first scan on */
  rest: Buffer
}

/** The segments up to the first scan, or null for what is no JPEG any more. */
function readJpeg(file: Buffer): Jpeg | null {
  if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return null
  const segments: Segment[] = []
  let at = 2
  while (at + 4 <= file.length && file.readUInt8(at) === 0xff) {
    const marker = file.readUInt8(at + 1)
    const length = file.readUInt16BE(at + 2)
    if (length < 2 || at + 2 + length > file.length) break
    segments.push({ marker, data: file.subarray(at + 4, at + 2 + length) })
    at += 2 + length
    if (marker === 0xda) break
  }
  return segments.length > 1 ? { segments, rest: file.subarray(at) } : null
}

function writeJpeg({ segments, rest }: Jpeg): Buffer {
  const written = segments.map(({ marker, data, length = data.length + 2 }) => {
    const head = Buffer.from([0xff, marker, 0, 0])
    head.writeUInt16BE(length & 0xffff, 2)
    return Buffer.concat([head, data])
  })
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...written, rest])
}

function onSegments(change: (jpeg: Jpeg, at: number, how: number) => Segment[]): EditFile {
  return (file, where, how) => {
    const jpeg = readJpeg(file)
    return jpeg ? writeJpeg({ ...jpeg, segments: change(jpeg, where % jpeg.segments.length, how) }) : file
  }
}

const onSegment = (change: (segment: Segment, how: number) => Segment) =>
  onSegments(({ segments }, at, how) =>
    segments.map((segment, index) => (index === at ? change(segment, how) : segment)),
  )

/** The bytes of every segment of a kind. */
const onKind = (isIt: (marker: number) => boolean, change: (data: Buffer, at: number, how: number) => void) =>
  onSegments(({ segments }, at, how) =>
    segments.map((segment) => {
      if (!isIt(segment.marker) || segment.data.length === 0) return segment
      const data = Buffer.from(segment.data)
      change(data, at, how)
      return { ...segment, data }
    }),
  )

const pick = <T>(list: readonly T[], how: number) => list[how % list.length] as T
const lengths = [0, 1, 2, 3, 255, 256, 8_192, 65_534, 65_535]
const sizes = [0, 1, 99, 100, 128, 9_999, 10_001, 16_384, 65_535]
const bytes = [0, 1, 2, 3, 4, 0x11, 0x22, 0x44, 0xf1, 0x1f, 0xff]

const set = (data: Buffer, at: number, how: number) => data.writeUInt8(pick(bytes, how), at % data.length)
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

const exif = (ifd: string) => Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(ifd, 'hex')])
const added: Segment[] = [
  // an entry count of 65535, a directory that points to itself, offsets far away, an orientation of 9
  { marker: 0xe1, data: exif('49492a0008000000ffff') },
  { marker: 0xe1, data: exif('4d4d002a0000000800000000000800000008') },
  { marker: 0xe1, data: exif('4d4d002a7fffffff') },
  { marker: 0xe1, data: exif('4d4d002a000000080001011200030000000100090000') },
  { marker: 0xe1, data: exif('4d4d002a0000000800010112000300ffffff00060000') },
  { marker: 0xe1, data: Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta') },
  { marker: 0xe2, data: Buffer.from('ICC_PROFILE\0\x01\x01garbage', 'latin1') },
  { marker: 0xe2, data: Buffer.from('ICC_PROFILE\0\x00\x00', 'latin1') },
  { marker: 0xe2, data: Buffer.from('ICC_PROFILE\0\xff\xff', 'latin1') },
  { marker: 0xe2, data: Buffer.from('MPF\0II*\0\x08\0\0\0\xff\xff', 'latin1') },
  { marker: 0xee, data: Buffer.from('Adobe\0\x64\0\0\0\0\x02', 'latin1') },
  { marker: 0xfe, data: Buffer.alloc(65_533, 0xff) },
  { marker: 0xdd, data: Buffer.from([0, 1]) },
  { marker: 0xdd, data: Buffer.from([0xff]) },
  { marker: 0xcc, data: Buffer.from([0, 0]) },
  { marker: 0xc3, data: Buffer.from([8, 0, 128, 0, 128, 1, 1, 0x11, 0]) },
  { marker: 0xd9, data: Buffer.alloc(0) },
  { marker: 0xdc, data: Buffer.from([0xff, 0xff]) },
]

export const jpegEdits: Record<string, EditFile> = {
  jpegLength: onSegment((segment, how) => ({
    ...segment,
    length: pick([segment.data.length + 1, segment.data.length + 3, ...lengths], how),
  })),
  jpegMarker: onSegment((segment, how) => ({ ...segment, marker: how % 256 })),
  jpegShorten: onSegment((segment, how) => ({
    ...segment,
    data: segment.data.subarray(0, how % (segment.data.length + 1)),
  })),
  jpegDrop: onSegments(({ segments }, at) => segments.filter((_, index) => index !== at)),
  jpegTwice: onSegments(({ segments }, at) =>
    segments.flatMap((segment, index) => (index === at ? [segment, segment] : [segment])),
  ),
  jpegMove: onSegments(({ segments }, at, how) => {
    const rest = segments.filter((_, index) => index !== at)
    const to = how % segments.length
    return [...rest.slice(0, to), ...segments.slice(at, at + 1), ...rest.slice(to)]
  }),
  jpegAdd: onSegments(({ segments }, at, how) => [...segments.slice(0, at), pick(added, how), ...segments.slice(at)]),
  jpegSize: onKind(isFrame, (data, at, how) => {
    if (data.length >= 5) data.writeUInt16BE(pick(sizes, how), at % 2 === 0 ? 1 : 3)
  }),
  jpegFrame: onKind(isFrame, set),
  jpegHuffman: onKind((marker) => marker === 0xc4, set),
  jpegQuantisation: onKind((marker) => marker === 0xdb, set),
  jpegScan: onKind((marker) => marker === 0xda, set),
  /** a progressive bomb: every scan costs a pass over all coefficients */
  jpegScans(file, _where, how) {
    const jpeg = readJpeg(file)
    const scan = jpeg?.segments.at(-1)
    if (!jpeg || scan?.marker !== 0xda) return file
    const header = writeJpeg({ segments: [scan], rest: Buffer.alloc(0) }).subarray(2)
    const scans = Array.from({ length: how % 3_000 }, () => header)
    return Buffer.concat([writeJpeg({ ...jpeg, rest: Buffer.alloc(0) }), ...scans, jpeg.rest])
  },
}
