import type { CheerioAPI } from 'cheerio'
import { cleanName } from './artist-slug.ts'
import { cardSelectors } from './card-selectors.ts'
import type { Entry } from './entry.ts'
import { dateOfEventId, eventAddress, eventIdIn, resolveLink } from './event-address.ts'
import { findEventCode } from './event-code.ts'
import { readCardDate } from './event-date.ts'
import { findImages } from './page-images.ts'
import type { VenueSource } from './venue-list.ts'
import { venueTagOf } from './venue-tags.ts'

type Selection = ReturnType<CheerioAPI>

export interface PageContext {
  source: VenueSource
  pageUrl: string
  now?: Date | undefined
}

/** What the cards of a listing say, in the order of the page. */
export function readCards($: CheerioAPI, context: PageContext): Entry[] {
  const found = $(cardSelectors[context.source].card).toArray()
  return found.map((element) => readCard($, $(element), context))
}

function readCard($: CheerioAPI, card: Selection, { source, pageUrl, now }: PageContext): Entry {
  const selectors = cardSelectors[source]
  const textIn = (selector: string) => cleanName(card.find(selector).first().text())
  const links = card.find(selectors.link).addBack(selectors.link).slice(0, 20).toArray()
  const urls = links.flatMap((link) => eventAddress($(link).attr('href'), pageUrl) ?? [])
  const url = urls.find((each) => eventIdIn(source, each) !== null) ?? urls[0] ?? null
  const label = splitLabel(selectors.label ? (card.attr(selectors.label) ?? '') : '')
  const sourceEventId = codeOn(card, source) ?? eventIdIn(source, url)
  return {
    sourceEventId,
    title: textIn(selectors.title) || label.title,
    venueLabels: [textIn(selectors.venue), label.venue].filter((each) => each !== ''),
    taoTerms: [],
    url,
    date: dateOfEventId(source, sourceEventId) ?? readCardDate(textIn(selectors.date), now),
    startAt: null,
    status: null,
    images: findImages($, card).map((address) => ({ address, from: 'card' })),
  }
}

/** LIV has the code in an attribute, Wynn among the classes. */
function codeOn(card: Selection, source: VenueSource): string | null {
  if (source === 'tao') return null
  return findEventCode(card.attr('data-eventcode') ?? '') ?? findEventCode(card.attr('class') ?? '')
}

/** `Name - Venue`, where the end is a venue of ours. */
function splitLabel(text: string): { title: string; venue: string } {
  const label = cleanName(text)
  const cut = label.lastIndexOf(' - ')
  const venue = cut < 0 ? '' : label.slice(cut + 3)
  return venueTagOf({ label: venue }) ? { title: label.slice(0, cut), venue } : { title: label, venue: '' }
}

/** The addresses of further parts of a listing on the same host. A mere fragment is the page itself. */
export function findNextPages($: CheerioAPI, { source, pageUrl }: PageContext): string[] {
  const { more } = cardSelectors[source]
  const page = resolveLink(pageUrl, pageUrl)
  if (!more || !page) return []
  page.hash = ''
  const urls = $(more)
    .slice(0, 50)
    .toArray()
    .flatMap((link) => resolveLink($(link).attr('href'), pageUrl) ?? [])
  for (const url of urls) url.hash = ''
  const others = urls.filter((url) => url.host === page.host && url.href !== page.href)
  return [...new Set(others.map((url) => url.href))]
}
