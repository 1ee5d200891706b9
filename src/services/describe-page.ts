import type { ListedEvent, PageReading } from '../venues/listing.ts'
import type { NewRunEvent } from './run-events.ts'

/** Events and entries of a page that are told one by one. */
const maxTold = 200

export const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

/** What a run tells of a page that was read. */
export function describePage(
  url: string,
  { events, skipped, warnings }: PageReading,
  { eachEvent }: { eachEvent: boolean },
): NewRunEvent[] {
  const summary = `${url}: ${count(events.length, 'event')}, ${skipped.length} skipped.`
  const found = eachEvent ? events.map(describeEvent) : []
  const missed = [...skipped.map(({ title, reason }) => `Skipped "${title}": ${reason}.`), ...warnings]
  const told: NewRunEvent[] = [
    { type: 'PAGE_READ', message: summary },
    ...found.map((message) => ({ type: 'EVENT_FOUND' as const, message })),
    ...missed.map((message) => ({ type: 'EVENT_SKIPPED' as const, message })),
  ]
  if (told.length <= maxTold) return told
  const rest = { type: 'PAGE_READ' as const, message: `… and ${told.length - maxTold} more of ${url}.` }
  return [...told.slice(0, maxTold), rest]
}

function describeEvent({ date, venue, venueTag, artistName, artistSlug, images }: ListedEvent): string {
  return `${date}, ${venue} (${venueTag}): ${artistName} (${artistSlug}), ${count(images.length, 'picture')}.`
}
