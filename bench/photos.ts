import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import type { Size } from '../src/services/units.ts'

const folder = 'examples/photos'

export interface Photo extends Size {
  name: string
  bytes: Buffer
}

/** The sample photographs in JPEG, by name; sizes in px, upright. */
export async function loadPhotos(): Promise<Photo[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort()
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(path.join(folder, name))
      const { autoOrient } = await sharp(bytes).metadata()
      return { name, bytes, width: autoOrient.width, height: autoOrient.height }
    }),
  )
}

/**
 * A JPEG with the number in a comment after SOI (ITU T.81 B.2.4.5): the same pixels under another hash, so that there are
 * as many images to send as one likes, and none is encoded twice on the way to the bench.
 */
export function withNumber(jpeg: Uint8Array, number: number): Buffer {
  const text = Buffer.from(String(number))
  const head = Buffer.alloc(4)
  head.writeUInt16BE(0xfffe)
  head.writeUInt16BE(text.byteLength + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)])
}

/** Each photograph as often as the others, in turns. */
export function photoAt(photos: readonly Photo[], index: number): Photo {
  const photo = photos[index % photos.length]
  if (!photo) throw new Error(`There are no photographs in ${folder}.`)
  return photo
}
