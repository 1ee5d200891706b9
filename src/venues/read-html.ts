import { cleanName } from './artist-slug.ts'
import { findNextPages, type PageContext, readCards } from './cards.ts'
import { type Entry, mergeEntries } from './entry.ts'
import { readJsonLd } from './json-ld.ts'
import { entryOfNode } from './json-ld-events.ts'
import { challengeTitles } from './lists/page-words.ts'
import { type Page, scriptText, textOfElement } from './page-elements.ts'

/** What a page tells before it is decided what of it are events. */
export interface RawReading {
  entries: Entry[]
  warnings: string[]
  blocked: boolean
  next: string[]
}

/** Cards are the backbone of a listing, its JSON-LD adds to them: vendors list but ten events there. */
export function readHtml(page: Page, context: PageContext): RawReading {
  const cards = readCards(page, context)
  const scripts = page.select('script[type*="ld+json" i]')
  const { events, resolve, warnings } = readJsonLd(scripts.map(scriptText))
  const nodes = events.map((node) => entryOfNode(node, resolve, context.source, context.pageUrl))
  const entries = mergeEntries(cards, nodes)
  const blocked = entries.length === 0
  if (blocked) warnings.push(whyBlocked(page))
  return { entries, warnings, blocked, next: findNextPages(page, context) }
}

function whyBlocked(page: Page): string {
  const [element] = page.select('title')
  const title = element ? cleanName(textOfElement(element, () => false)).slice(0, 200) : ''
  if (challengeTitles.test(title)) return `The page asks whether we are people: "${title}".`
  return title === '' ? 'The page has no events and no title.' : `The page "${title}" has no events.`
}
