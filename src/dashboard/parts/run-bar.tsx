import { isOver, type LiveRun } from '../live/live-run.ts'
import { formatCount, formatDuration, formatPercent } from './format.ts'
import { Progress } from './progress.tsx'
import { runName } from './run-name.ts'
import { toneOf } from './status-badge.tsx'

/** How far a run is: its bar, and counts that add up to its total. */
export function RunBar({ run }: { run: LiveRun }) {
  const { totalCount, processedCount } = run
  const counts = [
    { text: 'waiting', count: run.waitingCount, always: !isOver(run) },
    { text: 'active', count: run.activeCount, always: !isOver(run), tone: 'stage' },
    { text: 'retrying', count: run.retryingCount, tone: 'decision' },
    { text: 'done', count: run.succeededCount, always: true },
    { text: 'skipped', count: run.skippedCount },
    { text: 'failed', count: run.failedCount, tone: 'error' },
    { text: 'cancelled', count: run.cancelledCount },
  ]
  const isWaiting = run.status === 'QUEUED'
  return (
    <div className="run-bar">
      <Progress
        label={runName(run)}
        value={isWaiting ? null : run.progress}
        text={`${formatCount(processedCount)} of ${formatCount(totalCount)}`}
        tone={run.pausedAt ? 'decision' : toneOf(run.status)}
      />
      <p className="run-counts number">
        {counts
          .filter(({ count, always }) => always || count > 0)
          .map(({ text, count, tone }) => (
            <span key={text} data-tone={count > 0 ? tone : undefined}>
              {formatCount(count)} {text}
            </span>
          ))}
        <span className="run-end">{tellEnd(run)}</span>
      </p>
    </div>
  )
}

function tellEnd({ progress, etaSeconds, pausedAt, status }: LiveRun): string {
  if (pausedAt) return 'paused'
  if (status === 'QUEUED') return 'waits'
  return etaSeconds === null
    ? formatPercent(progress)
    : `${formatPercent(progress)}, ${formatDuration(etaSeconds)} left`
}
