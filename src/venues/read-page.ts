import type { PageReading } from './listing.ts'
import { type Body, jsonTextOf, loadPage } from './page-text.ts'
import { type RawReading, readHtml } from './read-html.ts'
import { readJson } from './read-json.ts'
import { type SettleContext, settleEntries } from './settle.ts'
import type { VenueSource } from './venue-list.ts'

/** To be raised by hand when the reader finds more or other things: then pages are read anew, changed or not. */
export const readerRevision = 1

export interface ReadPageOptions extends Omit<SettleContext, 'source'> {
  /** the header of the answer; its charset counts more than what the page says */
  contentType?: string | undefined
}

/**
 * The nights that an answer of a venue's site tells, be it a page, the envelope of LIV or rows of taogroup.com. Never
 * throws. With `now`, nights before today in Las Vegas are skipped.
 */
export function readPage(source: VenueSource, body: Body, options: ReadPageOptions): PageReading {
  const context = { ...options, source }
  try {
    const { entries, warnings, ...rest } = readRaw(body, options.contentType, context)
    const settled = settleEntries(entries, context)
    return { ...rest, ...settled, warnings: [...warnings, ...settled.warnings] }
  } catch (error) {
    // of what hostile pages do to parsers, nothing may reach those who wait for other pages
    const warning = `The page cannot be read: ${error instanceof Error ? error.message : String(error)}.`
    return { events: [], skipped: [], warnings: [warning], blocked: true, next: [] }
  }
}

function readRaw(body: Body, contentType: string | undefined, context: SettleContext): RawReading {
  const json = jsonTextOf(body)
  return json === null ? readHtml(loadPage(body, contentType), context) : readJson(json, context)
}
