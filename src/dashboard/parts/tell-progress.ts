import type { LiveRun } from '../live/live-run.ts'
import { formatCount } from './format.ts'

const sum = (runs: readonly LiveRun[], count: (run: LiveRun) => number) =>
  runs.reduce((all, run) => all + count(run), 0)

/** How far the runs under way are, in a sentence to be heard; empty when there are none. */
export function tellProgress(runs: readonly LiveRun[]): string {
  if (runs.length === 0) return ''
  const done = formatCount(sum(runs, (run) => run.processedCount))
  const failed = formatCount(sum(runs, (run) => run.failedCount))
  return `${done} of ${formatCount(sum(runs, (run) => run.totalCount))} done, ${failed} failed`
}
