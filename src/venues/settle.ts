import { v5 } from 'uuid'
import { type Billing, parseBilling } from './billing.ts'
import type { PageContext } from './cards.ts'
import type { Entry } from './entry.ts'
import { businessDateOf } from './event-date.ts'
import { listImages } from './event-images.ts'
import type { ListedEvent, PageReading, SkippedEntry } from './listing.ts'
import type { VenueTag } from './venue-list.ts'
import { isForeignVenue, venueName, venueTagOf } from './venue-tags.ts'

export interface SettleContext extends PageContext {
  mirrorHosts?: readonly string[] | undefined
  /** venues by the number in event codes, beside those of the list */
  eveVenueIds?: Readonly<Record<string, VenueTag>> | undefined
}

type Settled = Pick<PageReading, 'events' | 'skipped' | 'warnings'>

/** What entries are events with an artist at a venue of ours, and why the others are none. */
export function settleEntries(entries: readonly Entry[], context: SettleContext): Settled {
  const settled: Settled = { events: [], skipped: [], warnings: [] }
  const today = context.now && businessDateOf(context.now)
  for (const entry of entries) {
    const billing = parseBilling(entry.title)
    const event = settle(entry, billing, context, today)
    if (typeof event === 'string') {
      const sourceEventId = entry.skippedAs ?? entry.sourceEventId
      settled.skipped.push({ title: entry.title, reason: event, sourceEventId })
      continue
    }
    const { images, warnings } = listImages(entry.images, billing, { ...context, title: entry.title })
    settled.events.push({ ...event, images })
    settled.warnings.push(...warnings)
  }
  return settled
}

function settle(
  entry: Entry,
  billing: Billing,
  { source, eveVenueIds }: SettleContext,
  today: string | undefined,
): Omit<ListedEvent, 'images'> | SkippedEntry['reason'] {
  const { sourceEventId, date, title, url, startAt } = entry
  if (sourceEventId === null) return 'no-event-code'
  const venueTag = findVenue(entry, eveVenueIds)
  if (!venueTag) return 'unknown-venue'
  const { kind, artistName, artistSlug, performers, support, promos } = billing
  if (kind !== 'artist' || artistName === null || artistSlug === null) return kind === 'party' ? kind : 'placeholder'
  if (date === null) return 'no-date'
  if (today !== undefined && date < today) return 'past'
  return {
    id: v5(`${source}:${sourceEventId}`, v5.URL),
    ...{ source, sourceEventId, venue: venueName(venueTag), venueTag, date, startAt },
    status: entry.status ?? 'scheduled',
    ...{ title, artistName, artistSlug, performers, support, promos, url },
  }
}

function findVenue(
  { venueLabels, sourceEventId, taoTerms }: Entry,
  eveVenueIds: SettleContext['eveVenueIds'],
): VenueTag | null {
  const hints = [
    ...venueLabels.map((label) => ({ label })),
    { eventCode: sourceEventId },
    ...taoTerms.map((taoTerm) => ({ taoTerm })),
  ]
  for (const hint of hints) {
    // codes are of the house that sells the tickets
    if ('label' in hint && isForeignVenue(hint.label)) return null
    const tag = venueTagOf(hint, eveVenueIds)
    if (tag) return tag
  }
  return null
}
