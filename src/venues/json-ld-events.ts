import { cleanName } from './artist-slug.ts'
import type { Entry, FoundImage } from './entry.ts'
import { dateOfEventId, eventAddress, eventIdOfLink } from './event-address.ts'
import { readIsoStart } from './event-date.ts'
import type { LdNode, LdReading } from './json-ld.ts'
import type { EventStatus } from './listing.ts'
import { dig, listOf, textOf } from './unknown-values.ts'
import type { VenueSource } from './venue-list.ts'

type Resolve = LdReading['resolve']

const statuses: ReadonlyMap<string, EventStatus> = new Map([
  ['eventscheduled', 'scheduled'],
  ['eventcancelled', 'cancelled'],
  ['eventcanceled', 'cancelled'],
  ['eventpostponed', 'postponed'],
  ['eventrescheduled', 'rescheduled'],
  ['eventmovedonline', 'movedonline'],
])
const mostImages = 20

/** What an event in JSON-LD says of its night. Its performers only give pictures: vendors list but the first. */
export function entryOfNode(node: LdNode, resolve: Resolve, source: VenueSource, pageUrl: string): Entry {
  const link = textOf(listOf(node.url)[0]) ?? textOf(node['@id'])
  const url = eventAddress(link, pageUrl)
  const sourceEventId = eventIdOfLink(source, link, pageUrl)
  const start = readIsoStart(textOf(listOf(node.startDate)[0]) ?? '')
  return {
    sourceEventId,
    title: cleanName(textOf(listOf(node.name)[0]) ?? ''),
    venueLabels: labelsOf(node.location, resolve),
    taoTerms: [],
    url,
    date: dateOfEventId(source, sourceEventId) ?? start?.date ?? null,
    startAt: start?.startAt ?? null,
    status: statusOf(node.eventStatus),
    images: imagesOf(node, resolve).slice(0, mostImages),
  }
}

/** A place by its name, or plain text. */
function labelsOf(location: unknown, resolve: Resolve): string[] {
  return listOf(location).flatMap((place) => {
    const name = textOf(place) ?? textOf(dig(resolve(place), 'name'))
    return name === null ? [] : [cleanName(name)]
  })
}

/** With the address or prefix of schema.org before it or without; a text, or a reference. */
function statusOf(value: unknown): EventStatus | null {
  const [first] = listOf(value)
  const name = (textOf(first) ?? textOf(dig(first, '@id')))?.split(/[/:#]/).at(-1) ?? ''
  return statuses.get(name.toLowerCase()) ?? null
}

function imagesOf(node: LdNode, resolve: Resolve): FoundImage[] {
  const ofPerformers = [...listOf(node.performer), ...listOf(node.performers)].flatMap((value) => {
    const performer = resolve(value)
    const name = textOf(dig(performer, 'name'))
    const named = name === null ? {} : { performer: cleanName(name) }
    return addressesOf(dig(performer, 'image'), resolve).map((address) => ({
      address,
      from: 'performer' as const,
      ...named,
    }))
  })
  const ofEvent = addressesOf(node.image, resolve).map((address) => ({ address, from: 'event' as const }))
  return [...ofPerformers, ...ofEvent]
}

/** An address, an ImageObject, a reference to one, or a list of these. */
function addressesOf(image: unknown, resolve: Resolve): string[] {
  return listOf(image).flatMap((value) => {
    const object = resolve(value)
    return textOf(object) ?? textOf(dig(object, 'url')) ?? textOf(dig(object, 'contentUrl')) ?? []
  })
}
