import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

export type Plot = TopLevelSpec

/** One of several plots beside each other. */
export type Part = Extract<TopLevelSpec, { hconcat: unknown }>['hconcat'][number]

/** Legible on a page of either colour, since it brings its own. */
export const look = {
  background: '#ffffff',
  padding: 12,
  config: {
    font: 'Helvetica, Arial, sans-serif',
    axis: { labelFontSize: 12, titleFontSize: 12, labelColor: '#333333', titleColor: '#333333' },
    legend: { labelFontSize: 12, titleFontSize: 12, labelColor: '#333333', titleColor: '#333333' },
    title: {
      fontSize: 14,
      color: '#111111',
      subtitleColor: '#444444',
      subtitleFontSize: 12,
      anchor: 'start',
      offset: 14,
    },
    view: { stroke: null },
  },
} as const

/** Of colours that are told apart by people who see red and green alike (Okabe and Ito). */
export const colours = { ours: '#0072b2', others: '#999999', second: '#d55e00', third: '#009e73' }

/** Draws without a browser. */
export async function renderSvg(plot: Plot): Promise<string> {
  const view = new View(parse(compile(plot).spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
