import { readFile, writeFile } from 'node:fs/promises'
import { growthPlot } from './growth-plot.ts'
import { pipelinePlot } from './pipeline-plot.ts'
import { type Plot, renderSvg } from './plot.ts'
import { type Results, readResults } from './results.ts'
import { fillSection } from './sections.ts'
import { soakPlot } from './soak-plot.ts'
import { renderGrowth, renderPipeline, renderSoak } from './tables.ts'

const page = 'docs/performance.md'

type Report<K extends keyof Results> = { table: (results: Results[K]) => string; plot: (results: Results[K]) => Plot }

const reports: { [K in keyof Results]: Report<K> } = {
  pipeline: { table: renderPipeline, plot: pipelinePlot },
  growth: { table: renderGrowth, plot: growthPlot },
  soak: { table: renderSoak, plot: soakPlot },
}

export const published = Object.keys(reports) as (keyof Results)[]

/** Draws what a bench has left in bench/results and writes its tables into the page; nothing where it has not been run. */
export async function publish<K extends keyof Results>(name: K): Promise<void> {
  const results = await readResults(name)
  if (!results) return
  const { table, plot }: Report<K> = reports[name]
  await writeFile(`docs/images/${name}.svg`, await renderSvg(plot(results)))
  await writeFile(page, fillSection(await readFile(page, 'utf8'), name, table(results)))
}
