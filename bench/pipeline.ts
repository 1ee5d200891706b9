import { readFile } from 'node:fs/promises'
import { findRecipe } from '../src/services/recipes.ts'
import { print, ratios } from './figures.ts'
import { expectSame, type Figures, type Measured, medianFigures, toFigures } from './measured.ts'
import type { BenchOptions } from './options.ts'
import { canMake, installCommand, measureVipsthumbnail, vipsthumbnailVersion } from './peers/vipsthumbnail.ts'
import { publish } from './report/publish.ts'
import { describeSetting, type RecipeResult, type SystemName, writeResults } from './report/results.ts'
import { renderPipeline } from './report/tables.ts'
import { measureService } from './service.ts'
import { measureSharp } from './sharp-alone.ts'
import { createWork, type Extent, type Work } from './work.ts'

/**
 * Of a round: enough for some 15 seconds of each system, and to warm up what JavaScript there is. AVIF takes about 30 times
 * as long as JPEG.
 */
const extents: Record<string, Extent> = {
  presets: { images: 72, warmUps: 27 },
  artist: { images: 108, warmUps: 27 },
  responsive: { images: 9, warmUps: 2 },
}
const leastExtent: Extent = { images: 9, warmUps: 9 }

type Measure = (work: Work) => Promise<Measured>

/**
 * From HTTP upload to stored variants, beside what does the same work without a service. In each round every system has
 * its turn; the bench fails when they did not make the same.
 */
export async function benchPipeline(options: BenchOptions): Promise<void> {
  const { rounds = 5, parallel = 8, recipes = Object.keys(extents) } = options
  const version = await vipsthumbnailVersion()
  if (!version) print(`pipeline: vipsthumbnail is not installed and left out; to install it: ${installCommand}`)
  const setting = describeSetting(version ? { vipsthumbnail: version } : {})
  const results: RecipeResult[] = []
  for (const recipe of recipes) {
    const { images, warmUps } = { ...leastExtent, ...extents[recipe] }
    await using work = await createWork(findRecipe(recipe), { images: options.images ?? images, warmUps })
    const systems: Partial<Record<SystemName, Measure>> = {
      service: (each) => measureService({ ...loadOf(each), parallel }),
      once: (each) => measureSharp('once', each),
      encoders: (each) => measureSharp('encoders', each),
      naive: (each) => measureSharp('naive', each),
      ...(version && canMake(recipe) && { vipsthumbnail: measureVipsthumbnail }),
    }
    print(`pipeline: ${recipe}, ${work.photos.length} photographs a round, ${rounds} rounds`)
    results.push(await compare(work, systems, rounds))
  }
  const pipeline = { ...setting, rounds, parallel, recipes: results }
  await writeResults('pipeline', pipeline)
  print(renderPipeline(pipeline))
  await publish('pipeline')
}

const loadOf = ({ recipe, photos, warmUp }: Work) => ({
  recipe,
  count: photos.length,
  warmUps: warmUp.length,
  async photo(index: number) {
    const work = [...photos, ...warmUp][index]
    if (!work) throw new Error(`There is no photograph ${index}.`)
    return { name: work.photo, bytes: await readFile(work.file) }
  },
})

async function compare(
  work: Work,
  systems: Partial<Record<SystemName, Measure>>,
  rounds: number,
): Promise<RecipeResult> {
  const figures = new Map<SystemName, Figures[]>()
  for (let round = 1; round <= rounds; round += 1) {
    const measured: Partial<Record<SystemName, Measured>> = {}
    for (const [name, measure] of Object.entries(systems) as [SystemName, Measure][]) {
      const seen = await measure(work)
      measured[name] = seen
      figures.set(name, [...(figures.get(name) ?? []), toFigures(seen)])
      print(`  round ${round} ${name.padEnd(13)} ${(seen.latenciesMs.length / (seen.ms / 1000)).toFixed(2)} images/s`)
    }
    expectSameWork(measured)
  }
  const rates = (name: SystemName) => (figures.get(name) ?? []).map(({ imagesPerSecond }) => imagesPerSecond)
  const others = [...figures.keys()].filter((name) => name !== 'service')
  return {
    recipe: work.recipe,
    images: work.photos.length,
    systems: [...figures].map(([system, each]) => ({ system, median: medianFigures(each), rounds: each })),
    ratios: Object.fromEntries(others.map((name) => [name, ratios(rates('service'), rates(name))])),
  }
}

/** The limit makes the very same bytes; who takes another way makes the same sizes and formats. */
function expectSameWork({
  service,
  once,
  encoders,
  naive,
  vipsthumbnail,
}: Partial<Record<SystemName, Measured>>): void {
  if (!service) return
  for (const other of [once, encoders]) if (other) expectSame(service, other, ['sha256'])
  for (const other of [naive, vipsthumbnail]) if (other) expectSame(service, other, ['format', 'width', 'height'])
}
