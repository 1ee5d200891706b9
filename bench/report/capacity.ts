import type { PipelineResults, RowPoint, ScaleResults } from './results.ts'
import { table } from './tables.ts'

const secondsADay = 86_400

/** List prices of R2 as of writing, US$: a GB (10^9 bytes) a month, a million of class A, a million of class B. */
const prices = { gbMonth: 0.015, writes: 4.5, reads: 0.36 }

/** Of a photograph, bytes: the mean of the JPEG in examples/photos, which everything else was measured with. */
const originalBytes = 340_000

/** How many variants a large photograph gets; the rows that it leaves, of what is nearest. */
const choices = [
  { recipes: ['presets'], variants: 3, rows: 0 },
  { recipes: ['artist'], variants: 2, rows: 0 },
  { recipes: ['presets', 'responsive'], variants: 19, rows: 1 },
] as const

const heads = [
  'for 1 million images a day',
  'CPU s an image',
  'images/s a core',
  'cores of workers',
  'cores of PostgreSQL',
  'its rows, GB',
  'objects, GB',
  'US$ to keep them a month',
  'US$ to write them',
  'US$ to read the originals',
]

/** What a million images need, from what one was measured to cost. */
export function renderCapacity(pipeline: PipelineResults, scale: ScaleResults): string {
  const serverMs =
    scale.work.find(({ images, hinted }) => images === 'a run each' && !hinted)?.task.serverMs ?? Number.NaN
  const rows = choices.map(({ recipes, variants, rows: index }) => {
    const figures = recipes.map((recipe) => pipeline.recipes.find((each) => each.recipe === recipe)?.systems[0]?.median)
    const sumOf = (key: 'cpuSecondsPerImage' | 'kbPerImage') =>
      figures.reduce((sum, each) => sum + (each?.[key] ?? Number.NaN), 0)
    const cpu = sumOf('cpuSecondsPerImage')
    // bytes of one are MB of a million
    const gb = (1000 * sumOf('kbPerImage') + originalBytes) / 1000
    // the original is written once, too
    const writes = variants + 1
    return [
      recipes.join(', '),
      cpu.toFixed(2),
      (1 / cpu).toFixed(2),
      ((1e6 * cpu) / secondsADay).toFixed(1),
      ((1e3 * serverMs) / secondsADay).toFixed(2),
      ((rowBytes(scale.rows[index]) * 1e6) / 1e9).toFixed(1),
      gb.toFixed(0),
      (gb * prices.gbMonth).toFixed(2),
      (writes * prices.writes).toFixed(2),
      prices.reads.toFixed(2),
    ]
  })
  return table(heads, rows)
}

const rowBytes = (point: RowPoint | undefined) =>
  point ? Object.values(point.bytes).reduce((sum, bytes) => sum + bytes, 0) : Number.NaN
