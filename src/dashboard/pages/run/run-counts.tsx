import { Link } from 'wouter'
import { formatCount } from '../../parts/format.ts'
import { toneOf } from '../../parts/status-badge.tsx'
import type { Run } from './run-query.ts'

interface Props {
  run: Run
  /** the state that is looked at; empty for all */
  status: string
  hrefOf: (status: string) => string
}

/** How many tasks are in each state, of one moment, so that they add up; each leads to those tasks. */
export function RunCounts({ run, status, hrefOf }: Props) {
  const counts = [
    { value: '', text: 'All', count: run.totalCount },
    { value: 'QUEUED', text: 'Waiting', count: run.waitingCount },
    { value: 'RUNNING', text: 'In work', count: run.activeCount },
    { value: 'RETRYING', text: 'Retrying', count: run.retryingCount },
    { value: 'SUCCEEDED', text: 'Done', count: run.succeededCount },
    { value: 'SKIPPED', text: 'Skipped', count: run.skippedCount },
    { value: 'FAILED', text: 'Failed', count: run.failedCount },
    { value: 'CANCELLED', text: 'Cancelled', count: run.cancelledCount },
  ]
  return (
    <nav className="task-counts" aria-label="State">
      {counts.map(({ value, text, count }) => (
        <Link
          key={value}
          className="count"
          href={hrefOf(value)}
          data-tone={value && count > 0 ? toneOf(value) : undefined}
          aria-current={status === value ? 'true' : undefined}
        >
          <span className="count-name">{text}</span> <span className="count-number">{formatCount(count)}</span>
        </Link>
      ))}
    </nav>
  )
}
