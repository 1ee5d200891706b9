import { graphql, type ResultOf } from '../api/graphql.ts'
import { liveRun } from '../live/live-run.ts'
import { useRun } from '../live/runs.ts'
import { FilterLinks } from '../parts/filter-links.tsx'
import { formatThings } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { PagedList } from '../parts/paged-list.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { RunBar } from '../parts/run-bar.tsx'
import { runName } from '../parts/run-name.ts'
import { EmptyState } from '../parts/states.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { usePages } from '../parts/use-pages.ts'

const runsQuery = graphql(
  `query Runs($first: Int!, $after: String, $status: [RunStatus!]) {
    runs(first: $first, after: $after, status: $status) {
      totalCount
      nodes { ...LiveRun }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [liveRun],
)

type Run = ResultOf<typeof runsQuery>['runs']['nodes'][number]

const states = ['QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const

const options = [
  { value: '', text: 'All' },
  { value: 'QUEUED', text: 'Queued' },
  { value: 'RUNNING', text: 'Running' },
  { value: 'SUCCEEDED', text: 'Succeeded' },
  { value: 'FAILED', text: 'Failed' },
  { value: 'CANCELLED', text: 'Cancelled' },
]

const pageOf = (answer: ResultOf<typeof runsQuery>) => answer.runs

/** px */
const rowHeight = 76

export function RunsPage() {
  const filters = useFilters(['status'])
  const status = states.filter((state) => state === filters.values.status)
  const pages = usePages({ query: runsQuery, variables: { status }, pageOf, on: ['runs'] })
  return (
    <>
      <PageHeader title="Runs">
        {pages.totalCount !== null && <span className="number">{formatThings(pages.totalCount, 'run')}</span>}
      </PageHeader>
      <FilterLinks label="State" name="status" filters={filters} options={options} />
      <PagedList
        label="Runs"
        pages={pages}
        layout={{ height: rowHeight }}
        hrefOf={({ id }) => `/runs/${encodeURIComponent(id)}`}
        nameOf={runName}
        empty={<EmptyState title={status.length > 0 ? 'No run is in this state' : 'No runs yet'} />}
      >
        {(run) => <RunRow read={run} />}
      </PagedList>
    </>
  )
}

function RunRow({ read }: { read: Run }) {
  const run = useRun(read)
  return (
    <div className="run-row">
      <div className="run-head">
        <strong>{runName(run)}</strong>
        <StatusBadge status={run.pausedAt ? 'PAUSED' : run.status} />
        <RelativeTime at={run.createdAt} isInItem />
      </div>
      <RunBar run={run} />
    </div>
  )
}
