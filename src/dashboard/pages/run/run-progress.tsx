import { isOver, type LiveRun } from '../../live/live-run.ts'
import { formatDuration, formatPercent } from '../../parts/format.ts'
import { Progress } from '../../parts/progress.tsx'
import { runName } from '../../parts/run-name.ts'
import { toneOf } from '../../parts/status-badge.tsx'
import type { Run } from './run-query.ts'

const outcomes: Record<NonNullable<LiveRun['outcome']>, string> = {
  CLEAN: 'Everything was done at once.',
  WITH_ISSUES: 'Everything is done; some images have warnings, needed another attempt, or differed in storage.',
  WITH_FAILURES: 'Done, but some tasks failed.',
  ALL_FAILED: 'Every task failed.',
  NOTHING_TO_DO: 'There was nothing to do.',
}

/** `run` as last heard of, `read` as last asked for. */
export function RunProgress({ run, read }: { run: LiveRun; read: Run }) {
  return (
    <div className="run-progress">
      <Progress
        label={runName(run)}
        value={run.status === 'QUEUED' ? null : run.progress}
        text={`${run.processedCount} of ${run.totalCount}`}
        tone={run.pausedAt ? 'decision' : toneOf(run.status)}
      />
      <p className="run-counts number">
        <span>{tell(run, read)}</span>
        <span className="run-end">{formatPercent(run.progress)}</span>
      </p>
    </div>
  )
}

/** Where it stands, in a sentence. */
function tell(run: LiveRun, { lastError, pausedBy }: Run): string {
  if (run.outcome) return lastError ?? outcomes[run.outcome]
  if (isOver(run)) return lastError ?? 'It was cancelled; what was stored is kept.'
  if (run.status === 'CANCELLING') return 'It is being cancelled; what is stored is kept.'
  if (run.pausedAt) return pausedBy ? `Paused by ${pausedBy}: nothing more is begun.` : 'Paused: nothing more is begun.'
  if (run.status === 'QUEUED') return 'It waits for its turn.'
  return run.etaSeconds === null ? 'Under way.' : `About ${formatDuration(run.etaSeconds)} left.`
}
