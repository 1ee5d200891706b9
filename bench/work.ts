import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Recipe } from '../src/services/recipes.ts'
import { planUnits, type Size, workingSize } from '../src/services/units.ts'
import { scaleCrop } from '../src/workers/pixels.ts'
import type { EncodeUnit } from '../src/workers/protocol.ts'
import { loadPhotos, type Photo, photoAt, withNumber } from './photos.ts'

/** Plain data, so that it can be sent to another process. */
export interface PhotoWork {
  /** of the sample it was made of */
  photo: string
  file: string
  sha256: string
  source: Size
  /** what to decode to, px */
  working: Size
  units: UnitWork[]
}

export interface UnitWork extends EncodeUnit {
  /** of one photograph, unlike that of its others: `large.webp` */
  name: string
  recipe: string
  /** `crop`, where there is one, in px of the working size */
  workingCrop: EncodeUnit['crop']
}

export interface Extent {
  images: number
  warmUps: number
}

export interface Work extends AsyncDisposable {
  recipe: string
  photos: PhotoWork[]
  /** what every system begins with and what does not count: loading, and compiling what is used often */
  warmUp: PhotoWork[]
}

/** Files to process, each photograph as often as the others, so `images` or a few more; gone when disposed. */
export async function createWork(recipe: Recipe, { images, warmUps }: Extent): Promise<Work> {
  const photos = await loadPhotos()
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-bench-'))
  const write = (first: number, length: number) =>
    Promise.all(Array.from({ length }, (_, index) => describe(recipe, photoAt(photos, index), first + index, dir)))
  const whole = Math.ceil(images / photos.length) * photos.length
  return {
    recipe: recipe.name,
    photos: await write(0, whole),
    warmUp: await write(whole, warmUps),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

async function describe(recipe: Recipe, photo: Photo, number: number, dir: string): Promise<PhotoWork> {
  const bytes = withNumber(photo.bytes, number)
  const file = path.join(dir, `${number}.jpg`)
  await writeFile(file, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const source = { width: photo.width, height: photo.height }
  const units = planUnits(recipe, { ...source, sha256 })
  const working = workingSize(source, units)
  return {
    photo: photo.name,
    file,
    sha256,
    source,
    working,
    units: units.map(({ crop, width, height, output, name, format }) => {
      const workingCrop = crop && scaleCrop(crop, { ...working, source })
      return { crop, width, height, output, name: `${name}.${format}`, recipe: recipe.name, workingCrop }
    }),
  }
}
