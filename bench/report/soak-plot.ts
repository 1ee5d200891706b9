import { colours, look, type Plot } from './plot.ts'
import type { SoakResults } from './results.ts'

const series = ['both', 'image host', 'service']

export function soakPlot({ images, samples, slopeMb }: SoakResults): Plot {
  const values = samples.flatMap(({ seconds, serviceMb, hostMb }) => [
    { seconds, process: 'both', mb: serviceMb + hostMb },
    { seconds, process: 'image host', mb: hostMb },
    { seconds, process: 'service', mb: serviceMb },
  ])
  return {
    ...look,
    title: {
      text: `Memory over ${images} images`,
      subtitle: `Recipe presets, every 21st image broken. Over the last half, both together change by ${slopeMb.toFixed(0)} MB in 1,000 images.`,
    },
    width: 760,
    height: 300,
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5 },
    encoding: {
      x: { field: 'seconds', type: 'quantitative', title: 'seconds since the start', scale: { nice: false } },
      y: { field: 'mb', type: 'quantitative', title: 'resident memory (RSS), MB', scale: { zero: true } },
      color: {
        field: 'process',
        type: 'nominal',
        title: null,
        sort: series,
        scale: { domain: series, range: [colours.ours, colours.second, colours.third] },
      },
    },
  }
}
