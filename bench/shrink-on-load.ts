import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp, { type ResizeOptions } from 'sharp'
import type { Pixels } from '../test/support/golden.ts'
import {
  makeByEngine,
  makeReference,
  openSubject,
  photoPath,
  rawPixels,
  type Subject,
  toWorkingImage,
} from '../test/support/quality.ts'
import { similarity } from '../test/support/similarity.ts'
import { median, print } from './figures.ts'

const rounds = 3
const lanczos: ResizeOptions = { fit: 'fill', kernel: 'lanczos3' }

/** Ways to decode an original to the size that is worked at. */
const decoders: Record<string, (subject: Subject) => Promise<Pixels>> = {
  'as the engine does': ({ path, working }) =>
    rawPixels(sharp(path).autoOrient().resize(working.width, working.height, lanczos)),
  'fastShrinkOnLoad: false': ({ path, working }) =>
    rawPixels(
      sharp(path)
        .autoOrient()
        .resize(working.width, working.height, { ...lanczos, fastShrinkOnLoad: false }),
    ),
  'every pixel': async ({ path, working }) => {
    const { width, height, channels, data } = await rawPixels(sharp(path).autoOrient())
    const raw = { width, height, channels: channels as 3 | 4 }
    return rawPixels(sharp(data, { raw }).resize(working.width, working.height, lanczos))
  },
}

/** What the decoder's own shrinking costs and saves, of a photo of 16 megapixels, as it is and as WebP. */
export async function compareDecoders(): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-bench-'))
  try {
    const jpeg = photoPath('dandelion-meadow-16mp.jpg')
    const webp = path.join(dir, 'dandelion.webp')
    await sharp(jpeg).webp({ quality: 90 }).toFile(webp)
    print('\n| original | recipe | decoded to | how | SSIM of its variants | CPU ms |')
    print('|---|---|---|---|---|---|')
    for (const [name, file] of Object.entries({ JPEG: jpeg, WebP: webp })) {
      for (const recipe of ['presets', 'artist', 'artist-sizes']) await compare(name, file, recipe)
    }
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function compare(name: string, file: string, recipe: string): Promise<void> {
  const subject = await openSubject(file, [recipe])
  const { width, height } = subject.working
  const best = await Promise.all(subject.units.map((unit) => makeReference(subject, unit)))
  for (const [how, decode] of Object.entries(decoders)) {
    const costs: number[] = []
    let decoded = await decode(subject)
    for (let round = 0; round < rounds; round += 1) {
      const since = process.cpuUsage()
      decoded = await decode(subject)
      const { user, system } = process.cpuUsage(since)
      costs.push((user + system) / 1000)
    }
    const working = toWorkingImage(decoded, subject.working.source)
    const made = await Promise.all(subject.units.map((unit) => makeByEngine({ ...subject, working }, unit)))
    const values = made.map((pixels, index) => similarity(pixels, best[index] ?? pixels).toFixed(4))
    print(`| ${name} | ${recipe} | ${width}x${height} | ${how} | ${values.join(', ')} | ${median(costs).toFixed(0)} |`)
  }
}
