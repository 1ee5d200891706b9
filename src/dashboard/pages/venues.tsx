import { useMay } from '../api/viewer.ts'
import { useActiveRuns } from '../live/runs.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { D1Panel } from '../parts/d1-panel.tsx'
import { formatTime } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { Actions } from './venues/actions.tsx'
import { EventList } from './venues/event-list.tsx'
import { PagesPanel } from './venues/pages-panel.tsx'
import { UnderWay } from './venues/under-way.tsx'
import { VenueTable } from './venues/venue-table.tsx'
import { venuesQuery } from './venues/venues-query.ts'

/** What happens to D1 without a run is looked at this often, ms. */
const lookEveryMs = 4_000

/** Pages of venues, the nights on them, and whether D1 has those. */
export function VenuesPage() {
  const filters = useFilters(['venue', 'd1', 'search'])
  const answer = useLiveQuery({ query: venuesQuery, variables: {}, on: ['runs'], everyMs: lookEveryMs })
  const runs = useActiveRuns().filter(({ kind }) => kind === 'SCRAPE' || kind === 'SYNC')
  const mayEdit = useMay('editor')
  return (
    <>
      <PageHeader title="Venues">{mayEdit && <Actions />}</PageHeader>
      <UnderWay runs={runs} />
      <Answered answer={answer} label="Venues" lines={8}>
        {({ venues, venuePages, d1 }) => (
          <>
            <div className="venue-columns">
              <VenueTable venues={venues} filters={filters} />
              <D1Panel d1={d1} trouble={d1.downSince && `Degraded since ${formatTime(new Date(d1.downSince))}`}>
                {d1.lastSync?.lastError && <p>{d1.lastSync.lastError}</p>}
              </D1Panel>
            </div>
            <PagesPanel pages={venuePages} />
            <EventList venues={venues} filters={filters} />
          </>
        )}
      </Answered>
    </>
  )
}
