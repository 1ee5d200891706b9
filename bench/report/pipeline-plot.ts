import { colours, look, type Part, type Plot } from './plot.ts'
import type { PipelineResults, RecipeResult } from './results.ts'
import { systemLabels } from './tables.ts'

const height = 110
const systemAxis = { field: 'label', type: 'nominal', sort: null, title: null } as const

/** For each recipe a row: how many images a second, and how long one takes. */
export function pipelinePlot({ recipes, rounds, parallel, machine }: PipelineResults): Plot {
  return {
    ...look,
    title: {
      text: 'Photographs to variants: throughput and time for one',
      subtitle: `Medians of ${rounds} rounds, on ${machine.cores} cores. Greenroom has ${parallel} uploads under way at once, which wait for each other; the others take 2.`,
    },
    vconcat: recipes.map((recipe) => ({ hconcat: [throughput(recipe), latency(recipe)] })),
  }
}

function throughput({ recipe, systems }: RecipeResult): Part {
  const values = systems.map(({ system, median }) => ({
    label: systemLabels[system],
    isOurs: system === 'service',
    rate: median.imagesPerSecond,
  }))
  const x = { field: 'rate', type: 'quantitative', title: 'images/s' } as const
  return {
    title: recipe,
    width: 300,
    height,
    data: { values },
    encoding: { y: systemAxis, x },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: { color: { condition: { test: 'datum.isOurs', value: colours.ours }, value: colours.others } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 12, color: '#333333' },
        encoding: { text: { field: 'rate', type: 'quantitative', format: '.2f' } },
      },
    ],
  }
}

function latency({ systems }: RecipeResult): Part {
  const values = systems
    .filter(({ system }) => system !== 'encoders')
    .flatMap(({ system, median }) => [
      { label: systemLabels[system], share: 'p50', seconds: median.p50Ms / 1000 },
      { label: systemLabels[system], share: 'p95', seconds: median.p95Ms / 1000 },
    ])
  const x = {
    field: 'seconds',
    type: 'quantitative',
    title: 'seconds from hand-over to the last variant',
    scale: { zero: true },
  } as const
  return {
    width: 260,
    height,
    data: { values },
    encoding: { y: systemAxis, x },
    layer: [
      { mark: { type: 'line', color: '#bbbbbb' }, encoding: { detail: { field: 'label', type: 'nominal' } } },
      {
        mark: { type: 'point', filled: true, size: 80, opacity: 1 },
        encoding: {
          color: {
            field: 'share',
            type: 'nominal',
            title: null,
            scale: { domain: ['p50', 'p95'], range: [colours.third, colours.second] },
          },
        },
      },
    ],
  }
}
