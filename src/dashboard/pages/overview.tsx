import { useAnnouncement } from '../live/announce.ts'
import { useActiveRuns } from '../live/runs.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { D1Panel } from '../parts/d1-panel.tsx'
import { PageHeader } from '../parts/page-header.tsx'
import { tellProgress } from '../parts/tell-progress.ts'
import { ActiveRuns } from './overview/active-runs.tsx'
import { ImageCounts } from './overview/image-counts.tsx'
import { LastFailures } from './overview/last-failures.tsx'
import { type Overview, overviewQuery } from './overview/overview-query.ts'
import { QueuePanel } from './overview/queue-panel.tsx'

/** What no run tells of, such as a storage that is away, is looked at this often, ms. */
const lookEveryMs = 5_000

export function OverviewPage() {
  const answer = useLiveQuery({ query: overviewQuery, variables: {}, on: ['runs', 'images'], everyMs: lookEveryMs })
  const runs = useActiveRuns()
  useAnnouncement(tellProgress(runs))
  return (
    <>
      <PageHeader title="Overview" />
      <Answered answer={answer} label="Images" lines={2}>
        {({ imageCounts }) => <ImageCounts counts={imageCounts} />}
      </Answered>
      <div className="overview-columns">
        <div className="overview-main">
          <ActiveRuns runs={runs} />
          <Answered answer={answer} label="Last failures" lines={4}>
            {({ tasks }) => <LastFailures tasks={tasks.nodes} />}
          </Answered>
        </div>
        <div className="overview-side">
          <Answered answer={answer} label="Queue" lines={6}>
            {({ queue, d1 }) => (
              <>
                <QueuePanel queue={queue} />
                <D1Panel d1={d1} trouble={syncTrouble(d1)} />
              </>
            )}
          </Answered>
        </div>
      </div>
    </>
  )
}

function syncTrouble({ lastSync }: Overview['d1']): string | null {
  const isBroken = lastSync?.status === 'FAILED' || lastSync?.outcome === 'WITH_FAILURES'
  return isBroken ? (lastSync.lastError ?? 'The last sync failed') : null
}
