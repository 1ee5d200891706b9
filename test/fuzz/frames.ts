/** Any will do; the same bytes for the same frame. */
const maskKey = Buffer.from('a1b2c3d4', 'hex')

/** One frame of RFC 6455 as a client may send it, or may not. */
export interface Frame {
  opcode: number
  payload: Buffer
  isFinal?: boolean
  isMasked?: boolean
  /** RSV1 to RSV3 */
  reserved?: number
  /** instead of the length that it has */
  length?: number
}

export function writeFrame({ opcode, payload, isFinal = true, isMasked = true, reserved = 0, length }: Frame): Buffer {
  const said = length ?? payload.length
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = isMasked ? maskKey : Buffer.alloc(0)
  const masked = isMasked ? payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)) : payload
  return Buffer.concat([Buffer.from([first]), writeLength(said, isMasked), mask, masked])
}

function writeLength(length: number, isMasked: boolean): Buffer {
  const flag = isMasked ? 0x80 : 0
  if (length < 126) return Buffer.from([flag | length])
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9)
  bytes.writeUInt8(flag | (length < 65_536 ? 126 : 127))
  if (length < 65_536) bytes.writeUInt16BE(length, 1)
  else bytes.writeBigUInt64BE(BigInt(length), 1)
  return bytes
}

/** Texts of the frames that a server sent; what breaks off at the end is left out. */
export function readTexts(bytes: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const { start, end } = frameAt(bytes, at)
    if (end > bytes.length) break
    if ((bytes.readUInt8(at) & 0x0f) === 1) texts.push(bytes.toString('utf8', start, end))
    at = end
  }
  return texts
}

/** Where the content of a frame begins and ends; the end is beyond the bytes where those are too few to tell. */
function frameAt(bytes: Buffer, at: number): { start: number; end: number } {
  const short = bytes.readUInt8(at + 1) & 0x7f
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
  if (start > bytes.length) return { start, end: Number.POSITIVE_INFINITY }
  if (short < 126) return { start, end: start + short }
  const length = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  return { start, end: start + length }
}
