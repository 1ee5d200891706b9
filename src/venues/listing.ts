import type { ImageKind } from './image-url.ts'
import type { VenueSource, VenueTag } from './venue-list.ts'

export type EventStatus = 'scheduled' | 'cancelled' | 'postponed' | 'rescheduled' | 'movedonline'

/** A night with an artist, as a listing tells it. */
export interface ListedEvent {
  /** UUID v5 in the URL namespace over `source:sourceEventId`: the same from run to run */
  id: string
  source: VenueSource
  /** UrVenue's code, or the slug of the event at taogroup.com */
  sourceEventId: string
  venue: string
  venueTag: VenueTag
  /** YYYY-MM-DD in Las Vegas; a night that begins before 6 in the morning belongs to the day before */
  date: string
  /** ISO 8601 as published; without an offset it is local time. Null when no time is told */
  startAt: string | null
  status: EventStatus
  /** as listed */
  title: string
  /** the billing without occasions, support and notes about the set */
  artistName: string
  artistSlug: string
  performers: string[]
  support: string[]
  promos: string[]
  /** without its query */
  url: string | null
  /** best source first: the performer's, the event's, the card's; the API's stand alone */
  images: ListedImage[]
}

export interface ListedImage {
  /** as listed, made absolute */
  url: string
  /** the same for every size of one picture */
  canonicalUrl: string
  kind: ImageKind
  /** whom the file's name names, if it names anybody: a hint, never the identity */
  urlSlug: string | null
  /** whether that is the whole billing, one of its performers, or somebody else */
  slugMatch: 'match' | 'member' | 'mismatch' | 'unknown'
  /** width in px when the address states it */
  size: number | null
  from: 'performer' | 'event' | 'card' | 'api'
  /** whether its host is one we fetch from */
  allowed: boolean
  /** the addresses to try in turn for the best picture */
  candidates: string[]
}

export interface SkippedEntry {
  title: string
  reason: 'placeholder' | 'party' | 'unknown-venue' | 'no-event-code' | 'no-date' | 'past'
  /** rows of the API that are skipped are named by their number */
  sourceEventId: string | null
}

export interface PageReading {
  events: ListedEvent[]
  /** everything that was seen and is no event of ours */
  skipped: SkippedEntry[]
  /** sentences for people */
  warnings: string[]
  /** nothing that looks like a listing was found: a challenge, an error, or a changed page. Keep what is known. */
  blocked: boolean
  /** absolute addresses of further pages */
  next: string[]
}
