import type { LiveRun } from '../live/live-run.ts'
import { formatWord } from './format.ts'

/** What a run is about, in a few words: Reprocess missing, Scrape (dry run). */
export function runName({ kind, scope, dryRun }: Pick<LiveRun, 'kind' | 'scope' | 'dryRun'>): string {
  const said = scope.startsWith(kind) ? scope : `${kind} ${scope}`
  return `${formatWord(said)}${dryRun ? ' (dry run)' : ''}`
}
