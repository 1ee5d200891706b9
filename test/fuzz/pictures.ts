import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { photo } from '../support/images.ts'
import { createByteEdits, type EditFile } from './byte-edits.ts'
import { jpegEdits } from './jpeg-edits.ts'
import { pngEdits } from './png-edits.ts'
import { webpEdits } from './webp-edits.ts'

/** A picture and what is done to it, by name; that is what is printed when it does harm, and what it is shrunk by. */
export interface BrokenPicture {
  base: string
  edits: { name: string; where: number; how: number }[]
}

const folder = new URL('../golden/inputs/', import.meta.url)

export interface Studio {
  any: fc.Arbitrary<BrokenPicture>
  /** the bytes; the same for the same description */
  make(picture: BrokenPicture): Buffer
}

/** Pictures of every kind that we take: baseline and progressive, grey, CMYK, palettes, 16 bits, interlaced, animated. */
export async function createStudio(): Promise<Studio> {
  const golden = readdirSync(folder).filter(
    (name) => /\.(jpg|png|webp)$/.test(name) && !name.startsWith('orientation-'),
  )
  const bases = new Map<string, Buffer>(golden.map((name) => [name, readFileSync(new URL(name, folder))]))
  for (const name of ['lamp-bird-small.jpg', 'paintbrushes-landscape.webp']) bases.set(name, await photo(name))
  const names = [...bases.keys()]
  const base = (name: string) => bases.get(name) ?? Buffer.alloc(0)
  const byteEdits = createByteEdits((index) => base(names[index % names.length] ?? ''))
  const edits: Record<string, EditFile> = { ...byteEdits, ...pngEdits, ...jpegEdits, ...webpEdits }

  /** half of them know the format, so that much of it gets past the gate and reaches the decoder */
  function editsFor(name: string): fc.Arbitrary<string> {
    const own = { jpg: jpegEdits, png: pngEdits, webp: webpEdits }[name.split('.').at(-1) ?? ''] ?? byteEdits
    return fc.oneof(fc.constantFrom(...Object.keys(own)), fc.constantFrom(...Object.keys(byteEdits)))
  }

  const number = fc.nat(2 ** 31 - 1)
  const any = fc.constantFrom(...names).chain((name) =>
    fc.record({
      base: fc.constant(name),
      edits: fc.array(fc.record({ name: editsFor(name), where: number, how: number }), { minLength: 1, maxLength: 4 }),
    }),
  )
  return {
    any,
    make: ({ base: name, edits: list }) =>
      list.reduce<Buffer>((file, { name: edit, where, how }) => edits[edit]?.(file, where, how) ?? file, base(name)),
  }
}
