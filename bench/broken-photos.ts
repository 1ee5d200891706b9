import type { Dice } from '../test/crash/dice.ts'

const endOfImage = Buffer.from([0xff, 0xd9])
/** Less than this much of a photograph may be lost in what decoders take for padding. */
const cutAtMost = 0.99

/** A JPEG that ends somewhere in its first scan or later: its header is whole, and it has no end mark. */
export function cutOff(jpeg: Buffer, dice: Dice): Buffer {
  return jpeg.subarray(0, dice.between(firstScan(jpeg), Math.floor(jpeg.byteLength * cutAtMost)))
}

/** The same with an end mark after it, so that only decoding shows what is missing. */
export function cutOffWithEnd(jpeg: Buffer, dice: Dice): Buffer {
  return Buffer.concat([cutOff(jpeg, dice), endOfImage])
}

/** Where entropy-coded data begins: after the segment SOS, those before it skipped by their length (ITU T.81 B.1.1). */
function firstScan(jpeg: Buffer): number {
  for (let at = 2; at + 4 <= jpeg.byteLength; ) {
    const next = at + 2 + jpeg.readUInt16BE(at + 2)
    if (jpeg.readUInt8(at + 1) === 0xda) return next
    at = next
  }
  throw new Error('The JPEG has no scan.')
}
