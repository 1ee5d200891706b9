import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectImage } from '../../../src/services/image-header.ts'
import { decode } from '../../../src/workers/pixels.ts'
import { applySharpSettings } from '../../../src/workers/sharp-settings.ts'
import { closeFile } from '../../support/damage.ts'
import { goldenLimits, goldenPath } from '../../support/golden.ts'
import { photo } from '../../support/images.ts'

applySharpSettings()

let file: string
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'greenroom-truncated-'))
  file = path.join(dir, 'cut')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const percents = Array.from({ length: 19 }, (_, index) => 5 * (index + 1))

describe.each([
  ['a JPEG', () => photo('dragonfly-square.jpg')],
  ['a JPEG turned by its orientation', () => photo('dogs-at-window-orientation-6.jpg')],
  ['a progressive JPEG', () => readFile(goldenPath('progressive.jpg'))],
  ['a CMYK JPEG', () => readFile(goldenPath('cmyk-profile.jpg'))],
  ['a PNG', () => photo('fig-bowl-alpha.png')],
  ['an interlaced PNG', () => readFile(goldenPath('interlaced.png'))],
  ['a WebP', () => photo('paintbrushes-landscape.webp')],
  ['a lossless WebP', () => readFile(goldenPath('lossless.webp'))],
  ['an animated WebP', () => readFile(goldenPath('animated.webp'))],
])('%s', (_what, read) => {
  async function decodeBytes(bytes: Buffer, { width, height, frames }: Awaited<ReturnType<typeof inspectImage>>) {
    await writeFile(file, bytes)
    const working = { width: Math.ceil(width / 3), height: Math.ceil(height / 3) }
    const source = { width, height }
    await decode({ path: file, source, frames, working, maxPixels: goldenLimits.maxPixels })
  }

  it.each(percents)('cut off at %i %% is refused, by the intake and by the decoder alike', async (percent) => {
    const whole = await read()
    const header = await inspectImage(whole, goldenLimits)
    const cut = whole.subarray(0, Math.floor((whole.length * percent) / 100))
    await expect(inspectImage(cut, goldenLimits)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' })
    await expect(decodeBytes(cut, header)).rejects.toMatchObject({ name: 'DamagedImageError' })
  })

  it.each(percents)('cut off at %i %% is refused also when its end was put back on', async (percent) => {
    const whole = await read()
    const { format } = await inspectImage(whole, goldenLimits)
    const closed = closeFile(whole.subarray(0, Math.floor((whole.length * percent) / 100)), format)
    const taken = inspectImage(closed, goldenLimits).then((header) => decodeBytes(closed, header))
    await expect(taken.catch((error: Error) => Promise.reject(`${error.name}`))).rejects.toMatch(
      /^(CorruptImageError|DamagedImageError)$/,
    )
  })
})
