import { cleanName } from './artist-slug.ts'
import { cardSelectors } from './card-selectors.ts'
import type { Entry } from './entry.ts'
import { dateOfEventId, eventAddress, eventIdIn, resolveLink } from './event-address.ts'
import { findEventCode } from './event-code.ts'
import { readCardDate } from './event-date.ts'
import { type ElementTest, elementsOf, type Page, type PageElement, textOfElement } from './page-elements.ts'
import { findImages } from './page-images.ts'
import type { VenueSource } from './venue-list.ts'
import { venueTagOf } from './venue-tags.ts'

export interface PageContext {
  source: VenueSource
  pageUrl: string
  now?: Date | undefined
}

/** What is what on a page. Searching once for all cards is many times as fast as searching in each. */
type Marks = Readonly<Record<'card' | 'title' | 'venue' | 'date', ElementTest>>

const mostLinks = 20
const mostPages = 50

/** What the cards of a listing say, in the order of the page. */
export function readCards(page: Page, context: PageContext): Entry[] {
  const selectors = cardSelectors[context.source]
  const mark = (selector: string): ElementTest => {
    const found = new Set(page.select(selector))
    return (element) => found.has(element)
  }
  const [card, title] = [mark(selectors.card), mark(selectors.title)]
  const marks: Marks = { card, title, venue: mark(selectors.venue), date: mark(selectors.date) }
  const cards = page.select(selectors.card)
  return cards.map((card) => readCard(card, marks, context))
}

function readCard(card: PageElement, marks: Marks, { source, pageUrl, now }: PageContext): Entry {
  const elements = elementsOf(card, marks.card)
  const textOf = (isMarked: ElementTest) => {
    const element = elements.find(isMarked)
    return element ? cleanName(textOfElement(element, marks.card)) : ''
  }
  const url = findLink(elements, source, pageUrl)
  const label = splitLabel(card.attribs[cardSelectors[source].label ?? ''] ?? '')
  const sourceEventId = codeOn(card, source) ?? eventIdIn(source, url)
  return {
    sourceEventId,
    title: textOf(marks.title) || label.title,
    venueLabels: [textOf(marks.venue), label.venue].filter((each) => each !== ''),
    taoTerms: [],
    url,
    date: dateOfEventId(source, sourceEventId) ?? readCardDate(textOf(marks.date), now),
    startAt: null,
    status: null,
    images: findImages(elements).map((address) => ({ address, from: 'card' })),
  }
}

/** The first link that names a night, else the first of all: cards lead to tickets too. */
function findLink(elements: readonly PageElement[], source: VenueSource, pageUrl: string): string | null {
  const links = elements.filter(({ name }) => name === 'a').slice(0, mostLinks)
  const urls = links.flatMap(({ attribs }) => eventAddress(attribs.href, pageUrl) ?? [])
  return urls.find((url) => eventIdIn(source, url) !== null) ?? urls[0] ?? null
}

/** LIV has the code in an attribute, Wynn among the classes. */
function codeOn({ attribs }: PageElement, source: VenueSource): string | null {
  if (source === 'tao') return null
  return findEventCode(attribs['data-eventcode'] ?? '') ?? findEventCode(attribs.class ?? '')
}

/** `Name - Venue`, where the end is a venue of ours. */
function splitLabel(text: string): { title: string; venue: string } {
  const label = cleanName(text)
  const cut = label.lastIndexOf(' - ')
  const venue = cut < 0 ? '' : label.slice(cut + 3)
  return venueTagOf({ label: venue }) ? { title: label.slice(0, cut), venue } : { title: label, venue: '' }
}

/** The addresses of further parts of a listing on the same host. A mere fragment is the page itself. */
export function findNextPages(page: Page, { source, pageUrl }: PageContext): string[] {
  const { more } = cardSelectors[source]
  const here = resolveLink(pageUrl, pageUrl)
  if (!more || !here) return []
  here.hash = ''
  const links = page.select(more).slice(0, mostPages)
  const urls = links.flatMap(({ attribs }) => resolveLink(attribs.href, pageUrl) ?? [])
  for (const url of urls) url.hash = ''
  const others = urls.filter((url) => url.host === here.host && url.href !== here.href)
  return [...new Set(others.map((url) => url.href))]
}
