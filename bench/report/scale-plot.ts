import { colours, look, type Plot } from './plot.ts'
import type { ScalePoint, ScaleResults } from './results.ts'

const nameOf = ({ images, hinted }: ScalePoint) => (hinted ? `${images}, over Redis` : images)

export function scalePlot({ work, machine }: ScaleResults): Plot {
  const values = work.map((point) => ({ x: point.processes, y: point.tasksPerSecond, kind: nameOf(point) }))
  const counts = [...new Set(values.map(({ x }) => x))]
  return {
    ...look,
    title: {
      text: 'Tasks a second of one PostgreSQL',
      subtitle: `Images that cost nothing, recipe presets; PostgreSQL and all processes share ${machine.cores} cores.`,
    },
    width: 640,
    height: 280,
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 50 } },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: 'processes, with 8 tasks in work each',
        scale: { type: 'log', base: 2, domain: [Math.min(...counts), Math.max(...counts)] },
        axis: { values: counts, format: 'd', grid: false, labelFlush: false },
      },
      y: { field: 'y', type: 'quantitative', title: 'tasks/s', scale: { zero: true } },
      color: {
        field: 'kind',
        type: 'nominal',
        title: 'images in',
        scale: { range: [colours.ours, colours.second, colours.third, colours.others] },
      },
    },
  }
}
