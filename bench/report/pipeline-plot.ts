import { colours, look, type Part, type Plot } from './plot.ts'
import type { PipelineResults, RecipeResult } from './results.ts'
import { plural, systemLabels } from './tables.ts'

const rowHeight = 22

/** For each recipe a row: how many images a second, and how long one takes. */
export function pipelinePlot({ recipes, rounds, parallel, machine }: PipelineResults): Plot {
  const how = `Medians of ${plural(rounds, 'round')} on ${machine.cores} cores.`
  return {
    ...look,
    title: {
      text: 'From photograph to variants: throughput, and time for one',
      subtitle: `${how} Greenroom has ${plural(parallel, 'upload')} under way, which wait for each other; the others take 2.`,
    },
    vconcat: recipes.map((result) => ({
      title: { text: `recipe ${result.recipe}`, fontSize: 13, offset: 8 },
      hconcat: [throughput(result), latency(result)],
    })),
  }
}

/** The same order on both sides. */
const systemScale = ({ systems }: RecipeResult) => ({ domain: systems.map(({ system }) => systemLabels[system]) })

function throughput(result: RecipeResult): Part {
  const values = result.systems.map(({ system, median }) => ({
    label: systemLabels[system],
    isOurs: system === 'service',
    rate: median.imagesPerSecond,
  }))
  return {
    width: 300,
    height: { step: rowHeight },
    data: { values },
    encoding: {
      y: { field: 'label', type: 'nominal', scale: systemScale(result), title: null, axis: { labelLimit: 0 } },
      x: { field: 'rate', type: 'quantitative', title: 'images/s' },
    },
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

function latency(result: RecipeResult): Part {
  const values = result.systems.flatMap(({ system, median }) => [
    { label: systemLabels[system], share: 'p50', seconds: median.p50Ms / 1000 },
    { label: systemLabels[system], share: 'p95', seconds: median.p95Ms / 1000 },
  ])
  return {
    width: 300,
    height: { step: rowHeight },
    data: { values },
    encoding: {
      y: { field: 'label', type: 'nominal', scale: systemScale(result), axis: null },
      x: { field: 'seconds', type: 'quantitative', title: 'time for one photograph, s', scale: { zero: true } },
    },
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
