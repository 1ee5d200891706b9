import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** The middle one; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** The rise of y for each 1 of x, by least squares; NaN where every x is the same. */
export function slope(points: readonly { x: number; y: number }[]): number {
  const mean = (axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  const [x, y] = [mean('x'), mean('y')]
  const covariance = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0)
  return covariance / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
}

export interface Spread {
  median: number
  min: number
  max: number
}

/** Of the ratios a/b of each round, since what else the machine does in a round strikes both. */
export function ratios(a: readonly number[], b: readonly number[]): Spread {
  const each = a.map((value, round) => value / (b[round] ?? Number.NaN))
  return { median: median(each), min: Math.min(...each), max: Math.max(...each) }
}

export interface Timed<T> {
  result: T
  ms: number
  /** how long other work had to wait for the event loop meanwhile */
  loopP99Ms: number
  loopMaxMs: number
}

export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // its timer has to run once before and once after, or the last wait is not counted
  await sleep(2)
  const since = performance.now()
  const result = await work()
  const ms = performance.now() - since
  await sleep(2)
  delay.disable()
  return { result, ms, loopP99Ms: delay.percentile(99) / 1e6, loopMaxMs: delay.max / 1e6 }
}

export const print = (line: string) => process.stdout.write(`${line}\n`)
