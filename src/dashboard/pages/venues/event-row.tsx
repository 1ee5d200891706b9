import { formatWord } from '../../parts/format.ts'
import { State } from '../../parts/state.tsx'
import type { VenueEvent } from './event-list.tsx'

const days = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

/** A day of the calendar is the same everywhere. */
const formatDay = (date: string) => days.format(new Date(`${date}T00:00:00`))

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
  const versions = `${syncedRevision} of ${revision}`
  if (synced) return <State tone="storage">D1 has version {versions}</State>
  if (syncError) {
    return (
      <span className="event-step" title={syncError}>
        <State tone="error">D1 has version {versions}</State>
        <small>{syncError}</small>
      </span>
    )
  }
  if (syncedRevision === 0) return <State tone="quiet">Not in D1 yet</State>
  return <State tone="decision">D1 has version {versions}</State>
}
