import { monitorEventLoopDelay } from 'node:perf_hooks'

/** The middle one; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Milliseconds that `work` takes, and how long other work had to wait for the event loop meanwhile (p99, ms). */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number; loopP99Ms: number }> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const since = performance.now()
  const result = await work()
  const ms = performance.now() - since
  delay.disable()
  // the histogram also holds the timer's own interval
  return { result, ms, loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 5) }
}

export const print = (line: string) => process.stdout.write(`${line}\n`)
