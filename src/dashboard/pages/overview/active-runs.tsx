import { Link } from 'wouter'
import type { LiveRun } from '../../live/live-run.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { formatThings } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { RunBar } from '../../parts/run-bar.tsx'
import { runName, shownStatus } from '../../parts/run-name.ts'
import { EmptyState } from '../../parts/states.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'

/** Each upload is a run, so there may be hundreds. */
const shown = 8

export function ActiveRuns({ runs }: { runs: readonly LiveRun[] }) {
  const more = runs.length - shown
  return (
    <section className="panel" aria-labelledby="active-runs">
      <h2 id="active-runs">Active runs</h2>
      {runs.length === 0 && <EmptyState title="Nothing is under way" />}
      <ul className="runs">
        {runs.slice(0, shown).map((run) => (
          <li key={run.id}>
            <div className="run-head">
              <Link href={addressOfRun(run.id)}>{runName(run)}</Link>
              <StatusBadge status={shownStatus(run)} />
              <RelativeTime at={run.createdAt} />
            </div>
            <RunBar run={run} />
          </li>
        ))}
      </ul>
      {more > 0 && <Link href="/runs?status=RUNNING">{formatThings(more, 'more run')}</Link>}
    </section>
  )
}
