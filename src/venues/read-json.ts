import { cleanName } from './artist-slug.ts'
import type { PageContext } from './cards.ts'
import { type Entry, type FoundImage, mergeEntries } from './entry.ts'
import { dateOfEventId, eventAddress, eventIdIn, resolveLink } from './event-address.ts'
import { calendarDate, readUsStart } from './event-date.ts'
import { loadPage } from './page-text.ts'
import { type RawReading, readHtml } from './read-html.ts'
import { dig, isRecord, listOf, plainOf, textOf } from './unknown-values.ts'

/** LIV answers its own page with HTML in these fields. */
const htmlFields = ['agenda', 'calendar', 'list']
/** What WordPress answers for a page after the last. */
const pastLastPage = 'rest_post_invalid_page_number'
const defaultPerPage = 10

/** Reads what an API answers: rows of taogroup.com, the envelope of LIV, or an error. */
export function readJson(text: string, context: PageContext): RawReading {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return blocked('The answer begins as JSON and is none.')
  }
  if (Array.isArray(value)) return readRows(value, context)
  if (isRecord(value) && htmlFields.some((name) => Object.hasOwn(value, name))) return readEnvelope(value, context)
  if (dig(value, 'code') === pastLastPage) return { entries: [], warnings: [], blocked: false, next: [] }
  const message = textOf(dig(value, 'message')) ?? 'nothing that is known'
  return blocked(`The API answered ${cleanName(message).slice(0, 200)}`)
}

function blocked(warning: string): RawReading {
  return { entries: [], warnings: [warning], blocked: true, next: [] }
}

function readEnvelope(envelope: Record<string, unknown>, context: PageContext): RawReading {
  const html = htmlFields.map((name) => textOf(envelope[name]) ?? '').join('\n')
  const count = Number(plainOf(envelope.nevents) ?? Number.NaN)
  // the page after the last says that it has none
  if (count === 0) return { entries: [], warnings: [], blocked: false, next: [] }
  const reading = readHtml(loadPage(html), context)
  return { ...reading, next: count > 0 ? nextOf(textOf(envelope.nextloaddate), context) : [] }
}

/** The same question with the date to go on from. */
function nextOf(date: string | null, { pageUrl }: PageContext): string[] {
  const [, year, month, day] = date?.match(/^(\d{4})-(\d{2})-(\d{2})/) ?? []
  const from = calendarDate(year, month, day)
  const url = resolveLink(pageUrl, pageUrl)
  if (!from || !url || from <= (url.searchParams.get('date') ?? '')) return []
  if (!url.pathname.endsWith('/admin-ajax.php')) {
    url.pathname = '/wp-admin/admin-ajax.php'
    url.search = '?action=uvpx&uvaction=uwspx_loadevents&venue=livlasvegas'
  }
  url.searchParams.set('date', from)
  return [url.href]
}

function readRows(rows: readonly unknown[], context: PageContext): RawReading {
  const url = resolveLink(context.pageUrl, context.pageUrl)
  const page = Number(url?.searchParams.get('page') ?? 1)
  const perPage = Number(url?.searchParams.get('per_page') ?? defaultPerPage)
  const entries = rows.filter(isRecord).map((row) => readRow(row, context))
  if (entries.length === 0 && page <= 1) return blocked('The API has no events.')
  const isFull = url !== null && Number.isInteger(page) && rows.length >= perPage && perPage > 0
  if (isFull) url.searchParams.set('page', String(page + 1))
  return { entries: mergeEntries(entries), warnings: [], blocked: false, next: isFull ? [url.href] : [] }
}

function readRow(row: Record<string, unknown>, { source, pageUrl }: PageContext): Entry {
  const url = eventAddress(textOf(row.link), pageUrl)
  const slug = textOf(row.slug)
  const sourceEventId = slug && /^[^\s/?#]{1,300}$/.test(slug) ? slug : eventIdIn(source, url)
  const skippedAs = plainOf(row.id)
  const start = readUsStart(textOf(dig(row, 'acf', 'event_start_date')) ?? '')
  const [, year, month, day] = plainOf(row.start_ymd)?.match(/^(\d{4})(\d{2})(\d{2})$/) ?? []
  const title = cleanName(textOf(dig(row, 'title', 'rendered')) ?? '')
  return {
    sourceEventId,
    ...(skippedAs === null ? {} : { skippedAs }),
    title: cleanName(textOf(dig(row, 'acf', 'event_title', 'display_title')) ?? title),
    venueLabels: listOf(dig(row, 'acf', 'event_venue')).flatMap((venue) => textOf(dig(venue, 'post_title')) ?? []),
    taoTerms: listOf(row.event_venue).filter((term) => typeof term === 'number'),
    url,
    date:
      dateOfEventId(source, sourceEventId) ??
      start?.date ??
      calendarDate(year, month, day) ??
      // titles begin with the date
      readUsStart(title)?.date ??
      null,
    startAt: start?.startAt ?? null,
    status: null,
    images: imagesOf(row),
  }
}

function imagesOf(row: Record<string, unknown>): FoundImage[] {
  const shared = listOf(dig(row, 'yoast_head_json', 'og_image')).map((image) => dig(image, 'url'))
  return [row.featured_img_url, ...shared]
    .slice(0, 10)
    .flatMap((address) => textOf(address) ?? [])
    .map((address) => ({ address, from: 'api' }))
}
