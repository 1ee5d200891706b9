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
