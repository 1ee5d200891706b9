import { Link } from 'wouter'
import { useRun } from '../../live/runs.ts'
import { useStore } from '../../live/store.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { RunBar } from '../../parts/run-bar.tsx'
import { runName } from '../../parts/run-name.ts'
import { StatusBadge } from '../../parts/status-badge.tsx'
import { started } from './take-in.ts'
import type { StartedRun } from './upload-queries.ts'

/** What becomes of the files that were taken in. */
export function StartedRuns() {
  const runs = useStore(started)
  if (runs.length === 0) return null
  return (
    <section className="panel" aria-labelledby="started-runs">
      <h2 id="started-runs">Being made of them</h2>
      <ul className="runs">
        {runs.map((run) => (
          <StartedRunItem key={run.id} read={run} />
        ))}
      </ul>
    </section>
  )
}

function StartedRunItem({ read }: { read: StartedRun }) {
  const run = useRun(read)
  return (
    <li>
      <div className="run-head">
        <Link href={addressOfRun(run.id)}>{runName(run)}</Link>
        <StatusBadge status={run.pausedAt ? 'PAUSED' : run.status} />
        <RelativeTime at={run.createdAt} />
      </div>
      <RunBar run={run} />
    </li>
  )
}
