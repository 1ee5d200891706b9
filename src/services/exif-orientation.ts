const orientationTag = 0x0112
const shortType = 3
const entryBytes = 12

/**
 * The orientation in an EXIF block (TIFF 6.0: byte order, offset of the first directory, its entries): 1 to 8. Anything
 * else, a block that is damaged included, is 1, as the decoder has it. A leading "Exif" header is passed over.
 */
export function readOrientation(block: Buffer): number {
  const tiff = block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return 1
  const short = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (directory + 2 > tiff.length) return 1
  const entries = short(directory)
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * entryBytes
    if (at + entryBytes > tiff.length) return 1
    if (short(at) === orientationTag && short(at + 2) === shortType) return validOrientation(short(at + 8))
  }
  return 1
}

const validOrientation = (value: number) => (value >= 1 && value <= 8 ? value : 1)
