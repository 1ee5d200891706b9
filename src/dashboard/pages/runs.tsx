import { graphql, type ResultOf } from '../api/graphql.ts'
import { liveRun } from '../live/live-run.ts'
import { useRun } from '../live/runs.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { addressOfRun } from '../parts/addresses.ts'
import { FilterLinks } from '../parts/filter-links.tsx'
import { formatThings, formatWord } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { PagedList } from '../parts/paged-list.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { RunBar } from '../parts/run-bar.tsx'
import { runName, shownStatus } from '../parts/run-name.ts'
import { EmptyState } from '../parts/states.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { usePages } from '../parts/use-pages.ts'
import { ReprocessMissing } from './runs/reprocess-missing.tsx'

const runsQuery = graphql(
  `query Runs($first: Int!, $after: String, $status: [RunStatus!], $kind: [RunKind!]) {
    runs(first: $first, after: $after, status: $status, kind: $kind) {
      totalCount
      nodes { ...LiveRun }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [liveRun],
)

type Run = ResultOf<typeof runsQuery>['runs']['nodes'][number]

/** All states and kinds of one moment, so that they are right beside each other. */
const countsQuery = graphql(`
  query RunCounts($kind: [RunKind!]) {
    queued: runs(first: 1, status: [QUEUED], kind: $kind) { totalCount }
    running: runs(first: 1, status: [RUNNING, CANCELLING], kind: $kind) { totalCount }
    succeeded: runs(first: 1, status: [SUCCEEDED], kind: $kind) { totalCount }
    failed: runs(first: 1, status: [FAILED], kind: $kind) { totalCount }
    cancelled: runs(first: 1, status: [CANCELLED], kind: $kind) { totalCount }
  }
`)

const states = ['QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const
const kinds = ['UPLOAD', 'IMPORT', 'REPROCESS', 'SCRAPE', 'SYNC', 'RECONCILE'] as const

const stateOptions = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
const kindOptions = [
  { value: '', text: 'All kinds' },
  ...kinds.map((kind) => ({ value: kind, text: formatWord(kind) })),
]

/** A run that is being cancelled is still under way. */
const statesOf = (chosen: string) =>
  states.filter((state) => state === chosen || (chosen === 'RUNNING' && state === 'CANCELLING'))

const pageOf = (answer: ResultOf<typeof runsQuery>) => answer.runs

/** px */
const rowHeight = 76

export function RunsPage() {
  const filters = useFilters(['status', 'kind'])
  const { values } = filters
  const status = statesOf(values.status)
  const kind = kinds.filter((each) => each === values.kind)
  const pages = usePages({ query: runsQuery, variables: { status, kind }, pageOf, on: ['runs'] })
  const { data: counts } = useLiveQuery({ query: countsQuery, variables: { kind }, on: ['runs'] })
  const options = stateOptions.map((name) => ({
    value: name.toUpperCase(),
    text: formatWord(name),
    count: counts?.[name].totalCount,
  }))
  return (
    <>
      <PageHeader title="Runs">
        {pages.totalCount !== null && <span className="number">{formatThings(pages.totalCount, 'run')}</span>}
        <ReprocessMissing />
      </PageHeader>
      <div className="filters">
        <FilterLinks
          label="State"
          name="status"
          filters={filters}
          options={[{ value: '', text: 'All', count: undefined }, ...options]}
        />
        <FilterLinks label="Kind" name="kind" filters={filters} options={kindOptions} />
      </div>
      <PagedList
        label="Runs"
        pages={pages}
        layout={{ height: rowHeight }}
        hrefOf={({ id }) => addressOfRun(id)}
        nameOf={runName}
        empty={<EmptyState title={values.status || values.kind ? 'No run is like that' : 'No runs yet'} />}
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
        <StatusBadge status={shownStatus(run)} />
        <RelativeTime at={run.createdAt} isInItem />
      </div>
      <RunBar run={run} />
    </div>
  )
}
