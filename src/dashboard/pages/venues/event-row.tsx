import { formatWord } from '../../parts/format.ts'
import { State } from '../../parts/state.tsx'
import type { VenueEvent } from './event-list.tsx'

const thisYear = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })
const otherYears = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** A day of the calendar, which is the same everywhere. */
function formatDay(date: string): string {
  const day = new Date(`${date}T00:00:00`)
  return (day.getFullYear() === new Date().getFullYear() ? thisYear : otherYears).format(day)
}

/** A night, and whether D1 has it as it is here. */
export function EventRow({ event }: { event: VenueEvent }) {
  const { date, title, artistName, venue, status } = event
  return (
    <div className="event-row">
      <span className="event-day number">{formatDay(date)}</span>
      <span className="event-what" title={title}>
        <strong>{artistName}</strong>
        <small>
          {venue.name}
          {status !== 'SCHEDULED' && ` · ${formatWord(status)}`}
        </small>
      </span>
      <InD1 event={event} />
    </div>
  )
}

function InD1({ event: { synced, revision, syncedRevision, syncError } }: { event: VenueEvent }) {
  const versions = (
    <span className="event-versions">
      <span>D1 has version </span>
      {syncedRevision} of {revision}
    </span>
  )
  if (synced) return <State tone="storage">{versions}</State>
  if (syncError) {
    return (
      <span className="event-step" title={syncError}>
        <State tone="error">{versions}</State>
        <small>{syncError}</small>
      </span>
    )
  }
  if (syncedRevision === 0) return <State tone="quiet">Not in D1 yet</State>
  return <State tone="decision">{versions}</State>
}
