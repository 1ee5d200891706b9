import { readFile, writeFile } from 'node:fs/promises'
import { renderCapacity } from './capacity.ts'
import { growthPlot } from './growth-plot.ts'
import { pipelinePlot } from './pipeline-plot.ts'
import { type Plot, renderSvg } from './plot.ts'
import { type Results, readResults } from './results.ts'
import { scalePlot } from './scale-plot.ts'
import { renderScale } from './scale-tables.ts'
import { fillSection } from './sections.ts'
import { soakPlot } from './soak-plot.ts'
import { renderGrowth, renderPipeline, renderSoak } from './tables.ts'

const performance = 'docs/performance.md'
const scaling = 'docs/scaling.md'

interface Report<K extends keyof Results> {
  page: string
  table: (results: Results[K]) => string
  plot: (results: Results[K]) => Plot
}

const reports: { [K in keyof Results]: Report<K> } = {
  pipeline: { page: performance, table: renderPipeline, plot: pipelinePlot },
  growth: { page: performance, table: renderGrowth, plot: growthPlot },
  soak: { page: performance, table: renderSoak, plot: soakPlot },
  scale: { page: scaling, table: renderScale, plot: scalePlot },
}

export const published = Object.keys(reports) as (keyof Results)[]

/** Draws what a bench has left in bench/results and writes its tables into the page; nothing where it has not been run. */
export async function publish<K extends keyof Results>(name: K): Promise<void> {
  const results = await readResults(name)
  if (!results) return
  const { page, table, plot }: Report<K> = reports[name]
  await writeFile(`docs/images/${name}.svg`, await renderSvg(plot(results)))
  await writeSection(page, name, table(results))
  if (name === 'pipeline' || name === 'scale') await publishCapacity()
}

/** What follows from two benches together. */
async function publishCapacity(): Promise<void> {
  const [pipeline, scale] = [await readResults('pipeline'), await readResults('scale')]
  if (pipeline && scale) await writeSection(scaling, 'capacity', renderCapacity(pipeline, scale))
}

async function writeSection(page: string, name: string, text: string): Promise<void> {
  await writeFile(page, fillSection(await readFile(page, 'utf8'), name, text))
}
