import { cleanName } from './artist-slug.ts'
import { type CardSelectors, cardSelectors, moreLinks } from './card-selectors.ts'
import { cardTitle, type Marks } from './card-title.ts'
import type { Entry } from './entry.ts'
import { dateOfEventId, eventAddress, eventIdIn, eventIdOfLink, resolveLink } from './event-address.ts'
import { findEventCode } from './event-code.ts'
import { calendarDate, readCardDate } from './event-date.ts'
import { type ElementTest, elementsOf, type Page, type PageElement, textOfElement } from './page-elements.ts'
import { findImages } from './page-images.ts'
import type { VenueSource } from './venue-list.ts'

export interface PageContext {
  source: VenueSource
  pageUrl: string
  now?: Date | undefined
}

const mostLinks = 20
const mostPages = 50

/** What the cards of a listing say, in the order of the page. */
export function readCards(page: Page, context: PageContext): Entry[] {
  return cardSelectors[context.source].flatMap((selectors) => readCardsOf(page, selectors, context))
}

function readCardsOf(page: Page, selectors: CardSelectors, context: PageContext): Entry[] {
  const mark = (selector: string | null): ElementTest => {
    const found = new Set(selector === null ? [] : page.select(selector))
    return (element) => found.has(element)
  }
  const cards = page.select(selectors.card)
  if (cards.length === 0) return []
  const [card, title] = [mark(selectors.card), mark(selectors.title)]
  const [venue, date, content] = [mark(selectors.venue), mark(selectors.date), mark(selectors.content)]
  const marks: Marks = { card, title, content, venue, date, label: selectors.label }
  return cards.map((each) => readCard(each, marks, context))
}

function readCard(card: PageElement, marks: Marks, { source, pageUrl, now }: PageContext): Entry {
  const elements = elementsOf(card, marks.card)
  const textOf = (isMarked: ElementTest) => {
    const element = elements.find(isMarked)
    return element ? cleanName(textOfElement(element, marks.card)) : ''
  }
  const link = findLink(elements, source, pageUrl)
  const { title, venue } = cardTitle(elements, marks)
  const sourceEventId = codeOn(card, source) ?? link.sourceEventId
  return {
    sourceEventId,
    title,
    venueLabels: [textOf(marks.venue), venue].filter((each) => each !== ''),
    taoTerms: [],
    url: link.url,
    date: dateOfEventId(source, sourceEventId) ?? readCardDate(textOf(marks.date), now) ?? dateInClass(card),
    startAt: null,
    status: null,
    images: findImages(elements).map((address) => ({ address, from: 'card' })),
  }
}

/** The first link whose path names a night, else the first whose query does, else the first: cards lead to tickets too. */
function findLink(elements: readonly PageElement[], source: VenueSource, pageUrl: string) {
  const links = elements
    .filter(({ name }) => name === 'a')
    .slice(0, mostLinks)
    .map(({ attribs: { href } }) => ({
      url: eventAddress(href, pageUrl),
      sourceEventId: eventIdOfLink(source, href, pageUrl),
    }))
  const named = links.find(({ url }) => eventIdIn(source, url) !== null)
  const coded = named ?? links.find(({ sourceEventId }) => sourceEventId !== null)
  return coded ?? links.find(({ url }) => url !== null) ?? { url: null, sourceEventId: null }
}

/** LIV has the code in an attribute, Wynn among the classes. */
function codeOn({ attribs }: PageElement, source: VenueSource): string | null {
  if (source === 'tao') return null
  return findEventCode(attribs['data-eventcode'] ?? '') ?? findEventCode(attribs.class ?? '')
}

function dateInClass({ attribs }: PageElement): string | null {
  const [, year, month, day] = attribs.class?.match(/\buvtddate-(\d{4})-(\d{2})-(\d{2})(?!\d)/) ?? []
  return calendarDate(year, month, day)
}

/** The addresses of further parts of a listing on the same host. A mere fragment is the page itself. */
export function findNextPages(page: Page, { source, pageUrl }: PageContext): string[] {
  const more = moreLinks[source]
  const here = resolveLink(pageUrl, pageUrl)
  if (!more || !here) return []
  here.hash = ''
  const links = page.select(more).slice(0, mostPages)
  const urls = links.flatMap(({ attribs }) => resolveLink(attribs.href, pageUrl) ?? [])
  for (const url of urls) url.hash = ''
  const others = urls.filter((url) => url.host === here.host && url.href !== here.href)
  return [...new Set(others.map((url) => url.href))]
}
