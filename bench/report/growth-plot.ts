import type { Figures } from '../measured.ts'
import { colours, look, type Part, type Plot } from './plot.ts'
import type { GrowthPoint, GrowthResults } from './results.ts'
import { plural } from './tables.ts'

const measures: { title: string; of: (figures: Figures) => number }[] = [
  { title: 'images/s', of: ({ imagesPerSecond }) => imagesPerSecond },
  { title: 'p95 of the time, s', of: ({ p95Ms }) => p95Ms / 1000 },
  { title: 'peak memory (RSS), MB', of: ({ peakRssMb }) => peakRssMb },
  { title: 'event loop p99, ms', of: ({ loopP99Ms }) => loopP99Ms ?? 0 },
]

/** A row over the uploads at once, and one over the number of images. */
export function growthPlot({ byParallel, byImages, rounds, machine }: GrowthResults): Plot {
  const how = `medians of ${plural(rounds, 'round')} on ${machine.cores} cores`
  return {
    ...look,
    title: {
      text: 'More at once, and more in all',
      subtitle: `The whole service, recipe presets; ${how}. Memory is that of the service and its image host.`,
    },
    vconcat: [
      row(byParallel, 'parallel', 'uploads at once', `${byParallel[0]?.images} images`),
      row(byImages, 'images', 'images', `${byImages[0]?.parallel} uploads at once`),
    ],
  }
}

function row(points: readonly GrowthPoint[], key: 'parallel' | 'images', axis: string, title: string): Part {
  const xs = points.map((point) => point[key])
  return {
    title: { text: title, fontSize: 13, offset: 8 },
    hconcat: measures.map(({ title: measure, of }) => ({
      width: 190,
      height: 150,
      data: { values: points.map((point) => ({ x: point[key], y: of(point.median) })) },
      mark: { type: 'line', point: { filled: true, size: 50, color: colours.ours }, color: colours.ours },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          title: axis,
          scale: { type: 'log', base: key === 'parallel' ? 2 : 10, domain: [Math.min(...xs), Math.max(...xs)] },
          axis: { values: xs, format: 'd', grid: false, labelFlush: false },
        },
        y: { field: 'y', type: 'quantitative', title: measure, scale: { zero: true } },
      },
    })),
  }
}
