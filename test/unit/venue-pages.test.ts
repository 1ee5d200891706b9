import { describe, expect, it } from 'vitest'
import { readPage } from '../../src/venues/read-page.ts'
import { camelKeys } from '../support/camel-keys.ts'
import { cdn, samplePage, samplePages, sampleText } from '../support/venue-pages.ts'

type Fields = Record<string, unknown>

const pages: Record<string, { events: Fields[]; skipped: Fields[]; warnings: string[] }> = JSON.parse(
  sampleText('expected.json'),
).pages

/** The fixtures call the kind of a picture `host_kind`, and leave out the number of what has none. */
function inOurWords(page: { events: Fields[]; skipped: Fields[]; warnings: string[] } | undefined) {
  return {
    events: page?.events.map((event) => ({
      ...camelKeys(event),
      images: (event.images as Fields[]).map(({ host_kind: kind, ...image }) => ({ kind, ...camelKeys(image) })),
    })),
    skipped: page?.skipped.map((entry) => ({ sourceEventId: null, ...camelKeys(entry) })),
    warnings: page?.warnings,
  }
}

describe('a sample page', () => {
  it.each(samplePages.map(({ name }) => name))('%s is read as it was read by hand', (name) => {
    const { source, text, options } = samplePage(name)
    const reading = readPage(source, text, options)
    expect(reading).toMatchObject(inOurWords(pages[name]))
    expect(reading.blocked).toBe(false)
  })

  it('says how its pictures are had', () => {
    const { source, text, options } = samplePage('tao')
    expect(readPage(source, text, options).events[0]?.images[0]).toMatchObject({
      allowed: true,
      candidates: ['', '-scaled'].map(
        (end) => `${cdn}/wp-content/uploads/2027/04/270528_Omnia_RafaelOnyx_1080x1350${end}.jpg`,
      ),
    })
  })

  it('skips what is over, by the day of Las Vegas', () => {
    const { source, text, options } = samplePage('xs')
    const dates = (now: string) => {
      const { events, skipped } = readPage(source, text, { ...options, now: new Date(now) })
      return [
        events.map(({ date }) => date.slice(8)).join(' '),
        skipped.filter(({ reason }) => reason === 'past').length,
      ]
    }
    expect(dates('2027-05-30T12:59:00Z')).toEqual(['29 29 29 30 02', 1])
    expect(dates('2027-05-30T13:00:00Z')).toEqual(['30 02', 4])
  })
})

describe('the characters of a page', () => {
  const { source, text, options } = samplePage('liv')
  const bare = text.replace('<meta charset="utf-8">', '')
  const names = (body: Uint8Array, contentType?: string) =>
    readPage(source, body, { ...options, contentType }).events.map(({ artistSlug }) => artistSlug)
  const inUtf8 = names(Buffer.from(text))

  it('are those of UTF-8 when nothing says so', () => {
    expect(inUtf8).toContain('novae')
    expect(names(Buffer.from(bare))).toEqual(inUtf8)
  })

  it('are those of windows-1252 when the page or the header says so, or nothing else fits', () => {
    const named = (charset: string) => Buffer.from(text.replace('charset="utf-8"', `charset="${charset}"`), 'latin1')
    expect(names(named('windows-1252'))).toEqual(inUtf8)
    expect(names(Buffer.from(bare, 'latin1'), 'text/html; charset=ISO-8859-1')).toEqual(inUtf8)
    expect(names(Buffer.from(bare, 'latin1'))).toEqual(inUtf8)
  })

  it('may be decomposed, broken in one place, or named by a charset that nobody knows', () => {
    expect(names(Buffer.from(text.normalize('NFD')))).toEqual(inUtf8)
    expect(names(Buffer.concat([Buffer.from(bare), Buffer.from([0xc3])]))).toEqual(inUtf8)
    expect(names(Buffer.from(text), 'text/html; charset=klingon')).toEqual(inUtf8)
  })

  it('keep the dash of windows-1252', () => {
    const page = samplePage('tao')
    const html = page.text
      .replace('charset="UTF-8"', 'charset="windows-1252"')
      .replace('&#8211; Memorial', '\u0096 Memorial')
    const { events } = readPage('tao', Buffer.from(html, 'latin1'), page.options)
    expect(events[0]?.promos).toEqual(['Memorial Day Weekend'])
  })
})

describe('a page without events', () => {
  it.each([
    ['', 'The page has no events and no title.'],
    ['<title>Just a moment...</title>', 'The page asks whether we are people: "Just a moment...".'],
    ['<title>Events</title><div class="uws-integration uws-events"></div>', 'The page "Events" has no events.'],
    [
      '{"code":"rest_forbidden","message":"Sorry, you are not allowed.","data":{"status":401}}',
      'Sorry, you are not allowed.',
    ],
    ['{"agenda":"","calendar":"","list":"","nevents":3}', 'The page has no events and no title.'],
    ['[]', 'The API has no events.'],
    ['{"agenda":', 'The answer begins as JSON and is none.'],
  ])('%s is blocked and says why', (body, warning) => {
    const reading = readPage('liv', body, { pageUrl: 'https://www.livnightclub.com/las-vegas/events/' })
    expect(reading).toEqual({
      events: [],
      skipped: [],
      next: [],
      blocked: true,
      warnings: [expect.stringContaining(warning)],
    })
  })

  it.each([
    ['{"agenda":"","calendar":"","list":"","nevents":0,"nextloaddate":"2027-09-01"}'],
    ['{"code":"rest_post_invalid_page_number","message":"The page number is too high.","data":{"status":400}}'],
  ])('is the end of the listing when it says so: %s', (body) => {
    const reading = readPage('tao', body, { pageUrl: 'https://taogroup.com/wp-json/wp/v2/events?page=3' })
    expect(reading).toEqual({ events: [], skipped: [], next: [], blocked: false, warnings: [] })
  })
})

describe('the next page', () => {
  it('of LIV begins where this one ends', () => {
    const { source, text, options } = samplePage('liv-ajax')
    const at = (pageUrl: string) => readPage(source, text, { ...options, pageUrl }).next
    const ajax = 'https://www.livnightclub.com/wp-admin/admin-ajax.php'
    expect(at(`${ajax}?action=uvpx&date=2027-06-01`)).toEqual([`${ajax}?action=uvpx&date=2027-07-01`])
    expect(at(`${ajax}?action=uvpx&date=2027-07-01`)).toEqual([])
    expect(at('https://www.livnightclub.com/las-vegas/events/')).toEqual([
      expect.stringMatching(/uwspx_loadevents.*date=2027-07-01/),
    ])
  })

  it('of TAO is asked for while pages are full', () => {
    const { source, text, options } = samplePage('tao-events')
    const at = (query: string) =>
      readPage(source, text, { ...options, pageUrl: `https://taogroup.com/wp-json/wp/v2/events?${query}` }).next
    expect(at('per_page=4&page=2')).toEqual(['https://taogroup.com/wp-json/wp/v2/events?per_page=4&page=3'])
    expect(at('per_page=4')).toEqual(['https://taogroup.com/wp-json/wp/v2/events?per_page=4&page=2'])
    expect(at('per_page=100&page=1')).toEqual([])
  })

  it('of Wynn is another month, on the same site', () => {
    const { source, text, options } = samplePage('xs')
    const at = (link: string) => readPage(source, text.replace('#2027-06', link), options).next
    expect(at('/events/2027-06/')).toEqual(['https://www.wynnsocial.com/events/2027-06/'])
    expect(at('https://elsewhere.example/events/')).toEqual([])
    expect(at('#2027-06')).toEqual([])
  })
})

// what took longer than its time limit would be no longer linear
it('reads 5 MB of cards', () => {
  const { source, text, options } = samplePage('liv')
  const cards = text.slice(text.indexOf('<article'), text.lastIndexOf('</article>'))
  const page = Array.from({ length: Math.ceil(5_000_000 / cards.length) }, (_each, n) =>
    cards.replaceAll('EVE9100001', `EVE91${n}`),
  ).join('')
  const { events } = readPage(source, Buffer.from(page), options)
  expect(events.length).toBeGreaterThan(2_000)
}, 30_000)
