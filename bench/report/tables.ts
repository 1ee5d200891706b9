import type { Spread } from '../figures.ts'
import type { Figures } from '../measured.ts'
import type {
  GrowthPoint,
  GrowthResults,
  PipelineResults,
  RecipeResult,
  Setting,
  SoakResults,
  SystemName,
} from './results.ts'

export const systemLabels: Record<SystemName, string> = {
  service: 'Greenroom, the whole service',
  once: 'sharp alone, decoded once',
  encoders: 'sharp alone, nothing but encoders',
  naive: 'sharp, a pipeline per variant',
  vipsthumbnail: 'vipsthumbnail, a process per variant',
}

const figureHeads = [
  'images/s',
  'CPU s an image',
  'p50 ms',
  'p95 ms',
  'peak RSS MB',
  'event loop p99 ms',
  'kB an image',
]

function figureCells({ imagesPerSecond, cpuSecondsPerImage, p50Ms, p95Ms, peakRssMb, loopP99Ms, kbPerImage }: Figures) {
  return [
    imagesPerSecond.toFixed(2),
    cpuSecondsPerImage.toFixed(3),
    p50Ms.toFixed(0),
    p95Ms.toFixed(0),
    peakRssMb.toFixed(0),
    loopP99Ms?.toFixed(1) ?? '',
    kbPerImage.toFixed(0),
  ]
}

/** The columns after the first `texts` are figures. */
export function table(heads: readonly string[], rows: readonly string[][], texts = 1): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), `|${'---|'.repeat(texts)}${'---:|'.repeat(heads.length - texts)}`, ...rows.map(line)].join('\n')
}

export function describeSetting({ date, machine, versions }: Setting): string {
  const { cpu, cores, memoryGb, system, load } = machine
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `Measured on ${date.slice(0, 10)}: ${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, load ${load.toFixed(1)} before it began; ${named.join(', ')}.`
}

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

function describeRatio([system, { median, min, max }]: [string, Spread]): string {
  const range = `${min.toFixed(2)} to ${max.toFixed(2)}`
  return `${median.toFixed(2)} of ${systemLabels[system as SystemName]} (${range})`
}

function renderRecipe({ recipe, images, systems, ratios }: RecipeResult): string {
  const rows = systems.map(({ system, median }) => [systemLabels[system], ...figureCells(median)])
  const compared = (Object.entries(ratios) as [string, Spread][]).map(describeRatio)
  return [
    `### \`${recipe}\`, ${images} photographs a round`,
    table(['', ...figureHeads], rows),
    `Throughput of Greenroom, as the median (least to most) of the ratios of each round: ${compared.join('; ')}.`,
  ].join('\n\n')
}

/** In Markdown, for a terminal and for docs/performance.md. */
export function renderPipeline(results: PipelineResults): string {
  const { rounds, parallel, recipes } = results
  const how = `Medians of ${plural(rounds, 'round')}; ${plural(parallel, 'upload')} under way at once.`
  return [`${describeSetting(results)} ${how}`, ...recipes.map(renderRecipe)].join('\n\n')
}

export function renderGrowth(results: GrowthResults): string {
  const rows = (points: readonly GrowthPoint[], key: 'parallel' | 'images') =>
    points.map((point) => [String(point[key]), ...figureCells(point.median)])
  const { rounds, byParallel, byImages } = results
  return [
    `${describeSetting(results)} Recipe \`presets\`, medians of ${plural(rounds, 'round')}.`,
    table([`uploads at once, ${byParallel[0]?.images} images`, ...figureHeads], rows(byParallel, 'parallel')),
    table([`images, ${byImages[0]?.parallel} uploads at once`, ...figureHeads], rows(byImages, 'images')),
  ].join('\n\n')
}

export function renderSoak(results: SoakResults): string {
  const { images, seconds, ends, slopeMb, samples } = results
  const peak = Math.max(...samples.map(({ serviceMb, hostMb }) => serviceMb + hostMb))
  const rows = ends.map(({ kind, expected, count, asExpected }) => [kind, expected, String(count), String(asExpected)])
  return [
    `${describeSetting(results)} Recipe \`presets\`, ${images} images in ${seconds.toFixed(0)} s.`,
    table(['images that were', 'are to end as', 'sent', 'ended so'], rows, 2),
    `Memory at its most ${peak.toFixed(0)} MB, service and image host together; over the last half it changed by ${slopeMb.toFixed(0)} MB in 1,000 images.`,
  ].join('\n\n')
}
