import type { OutputFormat } from '../../src/workers/protocol.ts'

const listers: Record<OutputFormat, (data: Buffer) => string[]> = {
  jpeg: listSegments,
  png: listChunks,
  webp: listRiffChunks,
  avif: (data) => listBoxes(data),
}

/** Names of the parts that a file is made of, in its order: JPEG markers, PNG and WebP chunks, AVIF boxes and items. */
export function listParts(bytes: Uint8Array, format: OutputFormat): string[] {
  return listers[format](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

/** ITU T.81 B.1.1.3; what follows SOS is entropy-coded data, in which FF is followed by 00 or RST. */
function listSegments(data: Buffer): string[] {
  const found = ['SOI']
  for (let at = 2; at + 1 < data.length; ) {
    const marker = data.readUInt8(at + 1)
    if (data.readUInt8(at) !== 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 1
      continue
    }
    found.push(markerName(marker))
    if (marker === 0xd9) return [...found, ...(at + 2 < data.length ? ['after EOI'] : [])]
    at += 2 + data.readUInt16BE(at + 2)
  }
  return found
}

function markerName(marker: number): string {
  const known: Record<number, string> = { 196: 'DHT', 217: 'EOI', 218: 'SOS', 219: 'DQT', 221: 'DRI', 254: 'COM' }
  if (marker >= 0xe0 && marker <= 0xef) return `APP${marker - 0xe0}`
  return known[marker] ?? `SOF${marker - 0xc0}`
}

function listChunks(data: Buffer): string[] {
  const found: string[] = []
  for (let at = 8; at + 8 <= data.length; at += 12 + data.readUInt32BE(at)) {
    found.push(data.toString('latin1', at + 4, at + 8))
  }
  return found
}

function listRiffChunks(data: Buffer): string[] {
  const found: string[] = []
  for (let at = 12; at + 8 <= data.length; ) {
    const length = data.readUInt32LE(at + 4)
    found.push(data.toString('latin1', at, at + 4).trim())
    at += 8 + length + (length % 2)
  }
  return found
}

/** Bytes between the head of a box and the boxes in it (ISO 14496-12). */
const containers: Record<string, number> = { meta: 4, iprp: 0, ipco: 0, iinf: 6 }

function listBoxes(data: Buffer): string[] {
  const found: string[] = []
  for (let at = 0; at + 8 <= data.length; ) {
    const length = data.readUInt32BE(at) || data.length - at
    const type = data.toString('latin1', at + 4, at + 8)
    const box = data.subarray(at + 8, at + length)
    found.push(type + boxDetail(type, box))
    const inside = containers[type]
    if (inside !== undefined) found.push(...listBoxes(box.subarray(inside)))
    at += length
  }
  return found
}

/** What tells a harmless box from one that is not: the item's type, and whether colours are a number or a profile. */
function boxDetail(type: string, box: Buffer): string {
  if (type === 'infe') return `:${box.toString('latin1', 8, 12)}`
  if (type === 'colr') return `:${box.toString('latin1', 0, 4)}`
  return ''
}
