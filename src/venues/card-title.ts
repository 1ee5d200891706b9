import { cleanName } from './artist-slug.ts'
import { type ElementTest, elementsOf, firstTextIn, type PageElement, textOfElement } from './page-elements.ts'
import { isKnownVenue } from './venue-tags.ts'

/** What is what on a page. Searching once for all cards is many times as fast as searching in each. */
export interface Marks extends Readonly<Record<'card' | 'title' | 'content' | 'venue' | 'date', ElementTest>> {
  /** the attribute of a label */
  label: string | null
}

interface Label {
  title: string
  venue: string
}

const noLabel: Label = { title: '', venue: '' }

/** The title of a card and, where its label tells that too, its venue. */
export function cardTitle(elements: readonly PageElement[], marks: Marks): Label {
  const label = findLabel(elements, marks.label)
  return { title: titleIn(elements, marks) || label.title, venue: label.venue }
}

/** A heading, but not that of the venue; where the part for it has no heading, the text that it begins with. */
function titleIn(elements: readonly PageElement[], { card, title, content, venue, date }: Marks): string {
  const part = elements.find(content)
  const within = part ? elementsOf(part, card) : elements
  const heading = within.find((element) => title(element) && !venue(element))
  if (heading) return cleanName(textOfElement(heading, card))
  return part ? cleanName(firstTextIn(part, (element) => card(element) || venue(element) || date(element))) : ''
}

/** That of the card itself, else of what is in it: buttons have labels too, but none that ends in a venue. */
function findLabel(elements: readonly PageElement[], attribute: string | null): Label {
  if (attribute === null) return noLabel
  const [own = noLabel, ...inner] = elements.map(({ attribs }) => splitLabel(attribs[attribute] ?? ''))
  return own.title === '' ? (inner.find(({ venue }) => venue !== '') ?? noLabel) : own
}

/** `Name - Venue`, where the end is a venue that we know. */
function splitLabel(text: string): Label {
  const label = cleanName(text)
  const cut = label.lastIndexOf(' - ')
  const venue = cut < 0 ? '' : label.slice(cut + 3)
  return isKnownVenue(venue) ? { title: label.slice(0, cut), venue } : { title: label, venue: '' }
}
