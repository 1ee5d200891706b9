import { Link } from 'wouter'
import { useActiveRuns } from '../live/runs.ts'
import { formatThings } from '../parts/format.ts'
import { RelativeTime } from '../parts/relative-time.tsx'

/** On every page, lest somebody wonders why nothing goes on. */
export function PausedBanner() {
  const paused = useActiveRuns().filter((run) => run.pausedAt !== null)
  const [first] = [...paused].sort((a, b) => ((a.pausedAt ?? '') < (b.pausedAt ?? '') ? -1 : 1))
  if (!first?.pausedAt) return null
  return (
    <p className="banner" role="status" aria-label="Paused" data-tone="decision">
      <Link href={paused.length === 1 ? `/runs/${encodeURIComponent(first.id)}` : '/runs'}>
        {formatThings(paused.length, 'run is', 'runs are')} paused
      </Link>
      , {paused.length > 1 && 'the first of them '}
      <RelativeTime at={first.pausedAt} />
    </p>
  )
}
