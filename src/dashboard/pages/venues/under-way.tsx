import { Link } from 'wouter'
import type { LiveRun } from '../../live/live-run.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { RunBar } from '../../parts/run-bar.tsx'
import { runName } from '../../parts/run-name.ts'
import { StatusBadge } from '../../parts/status-badge.tsx'

/** The scrapes and syncs that are going on. */
export function UnderWay({ runs }: { runs: readonly LiveRun[] }) {
  if (runs.length === 0) return null
  return (
    <section className="panel" aria-labelledby="under-way">
      <h2 id="under-way">Under way</h2>
      <ul className="runs">
        {runs.map((run) => (
          <li key={run.id}>
            <div className="run-head">
              <Link href={addressOfRun(run.id)}>{runName(run)}</Link>
              <StatusBadge status={run.pausedAt ? 'PAUSED' : run.status} />
              <RelativeTime at={run.createdAt} />
            </div>
            <RunBar run={run} />
          </li>
        ))}
      </ul>
    </section>
  )
}
