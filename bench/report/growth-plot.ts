import type { Figures } from '../measured.ts'
import { colours, look, type Part, type Plot } from './plot.ts'
import type { GrowthPoint, GrowthResults } from './results.ts'

const measures: { title: string; of: (figures: Figures) => number }[] = [
  { title: 'images/s', of: ({ imagesPerSecond }) => imagesPerSecond },
  { title: 'p95 of the time for one, s', of: ({ p95Ms }) => p95Ms / 1000 },
  { title: 'peak RSS, MB', of: ({ peakRssMb }) => peakRssMb },
  { title: 'event loop p99, ms', of: ({ loopP99Ms }) => loopP99Ms ?? 0 },
]

/** A row over the uploads at once, and one over the number of images. */
export function growthPlot({ byParallel, byImages, rounds, machine }: GrowthResults): Plot {
  return {
    ...look,
    title: {
      text: 'More at once, and more in all',
      subtitle: `The whole service, recipe presets, on ${machine.cores} cores; medians of ${rounds} rounds. Memory is that of the service and its image host.`,
    },
    vconcat: [
      row(byParallel, 'parallel', `uploads under way at once (${byParallel[0]?.images} images)`),
      row(byImages, 'images', `images (${byImages[0]?.parallel} uploads under way at once)`),
    ],
  }
}

function row(points: readonly GrowthPoint[], key: 'parallel' | 'images', title: string): Part {
  return {
    hconcat: measures.map(({ title: measure, of }) => ({
      title: measure,
      width: 190,
      height: 150,
      data: { values: points.map((point) => ({ x: point[key], y: of(point.median) })) },
      mark: { type: 'line', point: { filled: true, size: 50 }, color: colours.ours },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          title,
          scale: { type: 'log', base: key === 'parallel' ? 2 : 10 },
          axis: { values: points.map((point) => point[key]), format: 'd', grid: false },
        },
        y: { field: 'y', type: 'quantitative', title: measure, scale: { zero: true } },
      },
    })),
  }
}
