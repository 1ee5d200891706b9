import type { LiveRun } from '../live/live-run.ts'
import { formatWord } from './format.ts'

/** What a run is about, in a few words: Reprocess missing, Scrape (dry run). */
export function runName({ kind, scope, dryRun }: Pick<LiveRun, 'kind' | 'scope' | 'dryRun'>): string {
  const said = scope.startsWith(kind) ? scope : `${kind} ${scope}`
  return `${formatWord(said)}${dryRun ? ' (dry run)' : ''}`
}

/** Being paused is no state of its own, but it is what one wants to know of a run under way. */
export function shownStatus({ status, pausedAt }: Pick<LiveRun, 'status' | 'pausedAt'>): LiveRun['status'] | 'PAUSED' {
  return pausedAt && (status === 'QUEUED' || status === 'RUNNING') ? 'PAUSED' : status
}
