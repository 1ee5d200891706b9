import { print } from './figures.ts'
import { type Figures, medianFigures, toFigures } from './measured.ts'
import type { BenchOptions } from './options.ts'
import { loadPhotos, type Photo, photoAt, withNumber } from './photos.ts'
import { publish } from './report/publish.ts'
import { describeSetting, type GrowthPoint, writeResults } from './report/results.ts'
import { renderGrowth } from './report/tables.ts'
import { measureService } from './service.ts'

const recipe = 'presets'
const warmUps = 9
const parallels = [1, 2, 4, 8]
const imageCounts = [10, 30, 100, 300, 1000]
/** What the one stays at while the other changes. */
const usual = { parallel: 8, images: 36 }

/** How the service goes on when more is sent at once, and when more is sent. */
export async function benchGrowth(options: BenchOptions): Promise<void> {
  const { rounds = 3, images = Number.POSITIVE_INFINITY, parallel = usual.parallel } = options
  const photos = await loadPhotos()
  const setting = describeSetting()
  const shapes = [
    ...parallels
      .filter((each) => each <= parallel)
      .map((each) => ({ parallel: each, images: Math.min(usual.images, images) })),
    ...imageCounts.filter((count) => count <= images).map((count) => ({ parallel, images: count })),
  ]
  print(`growth: ${recipe}, ${rounds} round${rounds > 1 ? 's' : ''}`)
  const figures = shapes.map((): Figures[] => [])
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, shape] of shapes.entries()) {
      const seen = toFigures(await measureService(loadOf(photos, shape)))
      figures[index]?.push(seen)
      print(
        `  round ${round} ${shape.parallel} at once, ${shape.images} images: ${seen.imagesPerSecond.toFixed(2)} images/s`,
      )
    }
  }
  const points = shapes.map((shape, index): GrowthPoint => {
    const each = figures[index] ?? []
    return { ...shape, median: medianFigures(each), rounds: each }
  })
  const split = parallels.filter((each) => each <= parallel).length
  const growth = { ...setting, rounds, byParallel: points.slice(0, split), byImages: points.slice(split) }
  await writeResults('growth', growth)
  print(renderGrowth(growth))
  await publish('growth')
}

const loadOf = (photos: readonly Photo[], { parallel, images }: { parallel: number; images: number }) => ({
  recipe,
  parallel,
  count: images,
  warmUps,
  async photo(index: number) {
    const { name, bytes } = photoAt(photos, index)
    return { name, bytes: withNumber(bytes, index) }
  },
})
