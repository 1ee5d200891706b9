import { median, percentile } from './figures.ts'

/** What was seen of one system while it worked through its photographs once. */
export interface Measured {
  ms: number
  /** of each photograph, from when it was handed over until its last variant was there */
  latenciesMs: number[]
  cpuSeconds: number
  peakRssMb: number
  /** how late the event loop was; null where that says nothing */
  loopP99Ms: number | null
  /** of all variants */
  bytes: number
  /** one of each sample photograph and unit, by `outputName` */
  outputs: Map<string, Output>
}

export interface Output {
  sha256: string
  width: number
  height: number
  format: string
}

export const outputName = (photo: string, unit: string) => `${photo} ${unit}`

/** As it is published; MB and kB are 10^6 and 10^3 bytes. */
export interface Figures {
  imagesPerSecond: number
  cpuSecondsPerImage: number
  p50Ms: number
  p95Ms: number
  peakRssMb: number
  loopP99Ms: number | null
  kbPerImage: number
}

export function toFigures({ ms, latenciesMs, cpuSeconds, peakRssMb, loopP99Ms, bytes }: Measured): Figures {
  const images = latenciesMs.length
  return {
    imagesPerSecond: images / (ms / 1000),
    cpuSecondsPerImage: cpuSeconds / images,
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    peakRssMb,
    loopP99Ms,
    kbPerImage: bytes / images / 1000,
  }
}

/** Of each figure by itself. */
export function medianFigures(rounds: readonly Figures[]): Figures {
  const [first] = rounds
  if (!first) throw new Error('There were no rounds.')
  const of = (key: keyof Figures) => median(rounds.map((figures) => figures[key] ?? Number.NaN))
  return {
    imagesPerSecond: of('imagesPerSecond'),
    cpuSecondsPerImage: of('cpuSecondsPerImage'),
    p50Ms: of('p50Ms'),
    p95Ms: of('p95Ms'),
    peakRssMb: of('peakRssMb'),
    loopP99Ms: first.loopP99Ms === null ? null : of('loopP99Ms'),
    kbPerImage: of('kbPerImage'),
  }
}

/** Throws where two systems did not make the same: the outputs that differ, or that only one of them made. */
export function expectSame(a: Measured, b: Measured, facts: (keyof Output)[]): void {
  const describe = (output: Output | undefined) => (output ? facts.map((fact) => output[fact]).join(' ') : 'nothing')
  const names = new Set([...a.outputs.keys(), ...b.outputs.keys()])
  const wrong = [...names].flatMap((name) => {
    const [one, other] = [describe(a.outputs.get(name)), describe(b.outputs.get(name))]
    return one === other ? [] : [`${name}: ${one} and ${other}`]
  })
  if (names.size === 0) wrong.push('nothing was made')
  if (wrong.length > 0) throw new Error(`Two systems did not do the same work:\n${wrong.join('\n')}`)
}
