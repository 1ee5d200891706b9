import { Link } from 'wouter'
import { formatThings, formatWord } from '../../parts/format.ts'
import { State } from '../../parts/state.tsx'
import { EmptyState } from '../../parts/states.tsx'
import type { Artist } from './artist-query.ts'

const days = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })

/** The next nights of an artist. */
export function ArtistEvents({ events: { nodes, totalCount } }: { events: Artist['events'] }) {
  return (
    <section className="panel" aria-labelledby="events">
      <div className="panel-head">
        <h2 id="events">Upcoming events</h2>
        <Link href="/venues">Venues</Link>
      </div>
      {nodes.length === 0 && <EmptyState title="No events from today on" />}
      <ul className="artist-events">
        {nodes.map(({ id, date, title, venueName, status, url, synced, syncError }) => (
          <li key={id}>
            <time dateTime={date}>{days.format(new Date(date))}</time>
            <div>
              {url ? (
                <a href={url} rel="noreferrer">
                  {title}
                </a>
              ) : (
                title
              )}
              <small>
                {venueName}
                {status !== 'SCHEDULED' && `, ${formatWord(status).toLowerCase()}`}
              </small>
              {!synced && <State tone={syncError ? 'error' : 'quiet'}>{syncError ?? 'Not in D1 yet'}</State>}
            </div>
          </li>
        ))}
      </ul>
      {totalCount > nodes.length && <small>{formatThings(totalCount - nodes.length, 'more event')}</small>}
    </section>
  )
}
