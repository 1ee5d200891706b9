import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'

/** A sample photograph of the project. */
export function photo(name: string): Promise<Buffer> {
  return readFile(new URL(`../../examples/photos/${name}`, import.meta.url))
}

/** A picture with structure, whose four corners tell orientation: red, green, blue, white clockwise from top left. */
export function picture(width: number, height: number): Sharp {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) }
  const corner = (background: string, gravity: string) => ({
    input: { create: { ...half, channels: 3 as const, background } },
    gravity,
  })
  return sharp({ create: { width, height, channels: 3, background: '#808080' } }).composite([
    corner('#e02020', 'northwest'),
    corner('#20e020', 'northeast'),
    corner('#2020e0', 'southeast'),
    corner('#f0f0f0', 'southwest'),
  ])
}

let unique = 0

/** A JPEG that no other call has made, so that its bytes are a new image. */
export async function jpeg(width = 640, height = 480): Promise<Buffer> {
  unique += 1
  const text = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20">${process.pid} ${unique}</text></svg>`,
  )
  return sharp(await picture(width, height).png().toBuffer())
    .composite([{ input: text, gravity: 'centre' }])
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** A JPEG whose header and end are whole, and whose middle lacks 500 bytes. */
export async function damagedJpeg(): Promise<Buffer> {
  const bytes = await photo('mountain-sunset-landscape.jpg')
  const middle = Math.floor(bytes.byteLength / 2)
  return Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + 500)])
}

/** Only the signature and header of a PNG of that size: what a decompression bomb begins with. */
export function pngHeader(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(65)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  Buffer.from('0802000000', 'hex').copy(bytes, 24)
  return bytes
}
