import { foldForSearch } from './artist-slug.ts'
import { venueIdOf } from './event-code.ts'
import { foreignVenues } from './lists/foreign-venues.ts'
import { type Venue, type VenueTag, venues } from './venue-list.ts'

/** What an event says of its venue. */
export interface VenueHints {
  label?: string | null | undefined
  eventCode?: string | null | undefined
  /** its venue's number in the REST API of taogroup.com */
  taoTerm?: number | null | undefined
}

const longestLabel = 200
const byLabel = new Map(venues.flatMap((venue) => labelsOf(venue).map((label) => [foldLabel(label), venue.tag])))
const byUrvenueId = new Map(venues.flatMap(({ urvenueId, tag }) => (urvenueId ? [[urvenueId, tag]] : [])))
const byTaoTerm = new Map(venues.flatMap(({ taoTerm, tag }) => (taoTerm ? [[taoTerm, tag]] : [])))
const foreignLabels = foreignVenues.map(foldLabel)
const byTag = new Map(venues.map((venue) => [venue.tag, venue]))

/**
 * The venue of an event: by its label, else by the number in its code, else by the term of taogroup.com; null when it
 * is none of ours. `eveVenueIds` adds numbers of event codes to those of the list.
 */
export function venueTagOf(
  { label, eventCode, taoTerm }: VenueHints,
  eveVenueIds: Readonly<Record<string, VenueTag>> = {},
): VenueTag | null {
  const known = label ? byLabel.get(foldLabel(label)) : undefined
  if (known) return known
  const id = venueIdOf(eventCode ?? '')
  const coded = id && (Object.hasOwn(eveVenueIds, id) ? eveVenueIds[id] : byUrvenueId.get(id))
  return coded || byTaoTerm.get(taoTerm ?? 0) || null
}

/** Whether a label names a place on the same sites that is none of ours. */
export function isForeignVenue(label: string): boolean {
  const folded = foldLabel(label)
  return !byLabel.has(folded) && foreignLabels.some((each) => folded === each || folded.startsWith(`${each} `))
}

/** Whether a label names a venue at all, be it ours or not. */
export function isKnownVenue(label: string): boolean {
  return byLabel.has(foldLabel(label)) || isForeignVenue(label)
}

/** The name of a venue for people. */
export function venueName(tag: VenueTag): string {
  return byTag.get(tag)?.name ?? tag
}

/** A label without case, punctuation and the city at its end: what two labels of one venue have in common. */
export function foldLabel(label: string): string {
  return foldForSearch(label.slice(0, longestLabel))
    .replace(/^the /, '')
    .replace(/ las vegas(?: nv| nevada)?$/, '')
}

export function labelsOf({ name, aliases }: Venue): string[] {
  return [name, ...aliases]
}
