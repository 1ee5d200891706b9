import { graphql, type ResultOf } from '../../api/graphql.ts'
import { FilterLinks } from '../../parts/filter-links.tsx'
import { formatThings } from '../../parts/format.ts'
import { PagedList } from '../../parts/paged-list.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { usePages } from '../../parts/use-pages.ts'
import { EventRow } from './event-row.tsx'
import type { EventFilters, Venue } from './venues-query.ts'

const eventsQuery = graphql(`
  query VenueEvents($first: Int!, $after: String, $filter: VenueEventFilter!) {
    venueEvents(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        date
        title
        status
        artistName
        artistSlug
        venue { name }
        revision
        syncedRevision
        synced
        syncError
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type VenueEvent = ResultOf<typeof eventsQuery>['venueEvents']['nodes'][number]

const pageOf = (answer: ResultOf<typeof eventsQuery>) => answer.venueEvents

const steps = [
  { value: '', text: 'All' },
  { value: 'in-step', text: 'In step' },
  { value: 'behind', text: 'Behind' },
]

/** px */
const rowHeight = 58

/** Today where the venues are. */
const todayThere = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(new Date())

export function EventList({ venues, filters }: { venues: readonly Venue[]; filters: EventFilters }) {
  const { venue, d1, search } = filters.values
  const isNarrowed = [venue, d1, search].some(Boolean)
  const filter = {
    from: todayThere(),
    ...(venue && { venueTag: venue }),
    ...(search && { search }),
    ...(d1 && { synced: d1 === 'in-step' }),
  }
  const pages = usePages({ query: eventsQuery, variables: { filter }, pageOf, on: ['runs'] })
  const withEvents = venues.filter(({ tag, eventCount }) => eventCount > 0 || tag === venue)
  return (
    <section className="panel" aria-labelledby="events">
      <div className="panel-head">
        <h2 id="events">Upcoming events</h2>
        {pages.totalCount !== null && <span className="number">{formatThings(pages.totalCount, 'event')}</span>}
      </div>
      <div className="event-filters">
        <FilterLinks
          label="Venue"
          name="venue"
          filters={filters}
          options={[
            { value: '', text: 'All venues' },
            ...withEvents.map(({ tag, name, eventCount }) => ({ value: tag, text: name, count: eventCount })),
          ]}
        />
        <FilterLinks label="State in D1" name="d1" filters={filters} options={steps} />
        <SearchField label="Artist or venue" value={search} onSearch={(text) => filters.replace('search', text)} />
      </div>
      <PagedList
        label="Upcoming events"
        pages={pages}
        layout={{ height: rowHeight }}
        hrefOf={({ artistSlug }) => `/artists/${encodeURIComponent(artistSlug)}`}
        nameOf={({ artistName, date, venue: { name } }) => `${artistName}, ${date}, ${name}`}
        empty={<EmptyState title={isNarrowed ? 'No event is like that' : 'No events yet'} />}
      >
        {(event) => <EventRow event={event} />}
      </PagedList>
    </section>
  )
}
