import { Link } from 'wouter'
import { useMay } from '../api/viewer.ts'
import { useActiveRuns } from '../live/runs.ts'
import { addressOfRun } from '../parts/addresses.ts'
import { formatThings } from '../parts/format.ts'
import { RelativeTime } from '../parts/relative-time.tsx'
import { runName } from '../parts/run-name.ts'
import { ResumeButton } from './resume-button.tsx'

/** Each upload is a run, so there may be hundreds. */
const shown = 3

/** On every page, lest somebody wonders why nothing goes on. */
export function PausedBanner() {
  const mayResume = useMay('editor')
  const paused = useActiveRuns()
    .flatMap((run) => (run.pausedAt === null ? [] : [{ ...run, pausedAt: run.pausedAt }]))
    .sort((a, b) => (a.pausedAt < b.pausedAt ? -1 : 1))
  const more = paused.length - shown
  if (paused.length === 0) return null
  return (
    <div className="banner" role="status" aria-label="Paused" data-tone="decision">
      {paused.slice(0, shown).map((run) => (
        <p key={run.id} className="banner-line">
          <span>
            <Link href={addressOfRun(run.id)}>{runName(run)}</Link> is paused
            {run.pausedBy === null ? '' : ` by ${run.pausedBy}`}, <RelativeTime at={run.pausedAt} />
          </span>
          {mayResume && <ResumeButton id={run.id} name={runName(run)} />}
        </p>
      ))}
      {more > 0 && <Link href="/runs">{formatThings(more, 'more run is paused', 'more runs are paused')}</Link>}
    </div>
  )
}
