import { Link } from 'wouter'
import { addressOfRun } from '../../parts/addresses.ts'
import { formatCount } from '../../parts/format.ts'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { StatusBadge } from '../../parts/status-badge.tsx'
import { Table } from '../../parts/table.tsx'
import { type EventFilters, sourceNames, type Venue } from './venues-query.ts'

const columns = [
  { name: 'Venue' },
  { name: 'Source', is: 'wide' },
  { name: 'Upcoming', is: 'number' },
  { name: 'Read', is: 'wide' },
  { name: 'Last scrape' },
] as const

/** Each venue leads to its events. */
export function VenueTable({ venues, filters }: { venues: readonly Venue[]; filters: EventFilters }) {
  return (
    <section className="panel" aria-labelledby="venues">
      <h2 id="venues">Sources and venues</h2>
      <Table
        label="Venues"
        columns={columns}
        rows={venues.map((venue) => ({ key: venue.tag, cells: cellsOf(venue, filters) }))}
      />
    </section>
  )
}

/** They may be out of view. */
const showEvents = () => document.getElementById('events')?.scrollIntoView()

function cellsOf({ tag, name, source, eventCount, lastReadAt, lastScrape }: Venue, filters: EventFilters) {
  return [
    <Link key="name" href={`/venues${filters.hrefWith('venue', tag)}`} onClick={showEvents}>
      {name}
    </Link>,
    sourceNames[source],
    formatCount(eventCount),
    lastReadAt ? <RelativeTime key="read" at={lastReadAt} /> : 'never',
    lastScrape ? (
      <Link key="scrape" href={addressOfRun(lastScrape.id)}>
        <StatusBadge status={lastScrape.outcome === 'WITH_FAILURES' ? 'PARTIAL' : lastScrape.status} />
      </Link>
    ) : (
      'none'
    ),
  ]
}
