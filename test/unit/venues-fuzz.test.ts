import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slugifyArtist } from '../../src/venues/artist-slug.ts'
import { parseBilling } from '../../src/venues/billing.ts'
import { parseImageUrl } from '../../src/venues/image-url.ts'
import type { PageReading } from '../../src/venues/listing.ts'
import { parsePictureKey, pictureKey } from '../../src/venues/picture-key.ts'
import { readPage } from '../../src/venues/read-page.ts'
import { samplePage, samplePages } from '../support/venue-pages.ts'

const slugForm = /^[a-z0-9]+(-[a-z0-9]+)*$/
const anyText = fc.string({ unit: 'binary', maxLength: 120 })
const anySource = fc.constantFrom(...samplePages.map(({ name }) => samplePage(name)))

const titleParts = fc.constantFrom(
  ...[
    'Zedd',
    'MØ',
    '페기 구',
    '!!!',
    ' ',
    ' - ',
    ' – ',
    ' w/ ',
    ' with ',
    ' feat. ',
    ' & ',
    ' x ',
    ' b2b ',
    ' presents',
    ': ',
  ],
  ...[
    '(',
    ')',
    '[',
    'Set)',
    'Sundays',
    'EDC Week',
    'OMNIA',
    ' Thursday',
    'TBA',
    'Special Guest',
    ' & Friends',
    '6/1/2027 – ',
  ],
)
const anyTitle = fc.oneof(
  fc.array(titleParts, { maxLength: 12 }).map((parts) => parts.join('')),
  anyText,
)

const addressParts = fc.constantFrom(
  ...[
    'https://',
    'http:',
    '//',
    'img.vea-cdn.com',
    'taogroup.com',
    'i0.wp.com',
    'venueeventartist.com',
    'cdn.test',
    '/',
    '..',
  ],
  ...[
    '/img/artists/a87c1de/',
    '/imateq/event/1/2/',
    '500SC0/',
    'raw/',
    '/wp-content/uploads/',
    'zedd',
    '_500',
    '-300x300',
  ],
  ...[
    '-scaled',
    '-1',
    '%C3%AB',
    '%EB',
    '%',
    '%00',
    '.jpg',
    '.png',
    '.webp',
    '?x=1',
    '#',
    'url(',
    '"',
    ')',
    '@',
    ':',
    '&amp;',
  ],
)
const anyAddress = fc.oneof(
  fc.array(addressParts, { maxLength: 12 }).map((parts) => parts.join('')),
  anyText,
)

function expectValid({ events, skipped, warnings, next }: PageReading) {
  for (const event of events) {
    expect(event.artistSlug).toMatch(slugForm)
    expect(event.venueTag).toMatch(/^[a-z]{2,10}$/)
    expect(new Date(event.date).toISOString().slice(0, 10)).toBe(event.date)
    expect(event.sourceEventId).not.toBe('')
    expect(event.artistName).not.toBe('')
    if (event.startAt !== null) expect(event.startAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d/)
    const addresses = event.images.flatMap(({ url, canonicalUrl, candidates }) => [url, canonicalUrl, ...candidates])
    for (const address of addresses) expect(new URL(address).protocol).toMatch(/^https?:$/)
    for (const { candidates } of event.images) expect(new Set(candidates).size).toBe(candidates.length)
  }
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  for (const address of next) expect(new URL(address).protocol).toMatch(/^https?:$/)
  for (const { title } of skipped) expect(typeof title).toBe('string')
  for (const warning of warnings) expect(warning).not.toBe('')
}

/** Something else at some place of a text: nothing, another character, or a piece of another sample. */
const anyDamage = fc.record({ at: fc.nat(8_000), length: fc.nat(60), piece: fc.oneof(fc.constant(''), anyText) })

function damage(text: string, { at, length, piece }: { at: number; length: number; piece: string }): string {
  const from = at % (text.length + 1)
  return text.slice(0, from) + piece + text.slice(from + length)
}

describe('whatever comes in', () => {
  it('a slug is safe in a path, or empty', () => {
    fc.assert(
      fc.property(fc.oneof(anyTitle, anyText), (name) => {
        expect(slugifyArtist(name)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/)
      }),
      { numRuns: 1_500 },
    )
  })

  it('a key of a picture comes back as its parts', () => {
    const slug = fc.stringMatching(slugForm)
    const tag = fc.stringMatching(/^[a-z]{2,10}$/)
    fc.assert(
      fc.property(slug, tag, fc.constantFrom('main' as const, 'hd' as const), (artistSlug, venueTag, name) => {
        const parts = { artistSlug, venueTag, name }
        expect(parsePictureKey(pictureKey(parts))).toEqual(parts)
      }),
      { numRuns: 500 },
    )
  })

  it('a title is an artist with a slug and performers, or nobody at all', () => {
    fc.assert(
      fc.property(anyTitle, (title) => {
        const { kind, artistName, artistSlug, performers, support, promos } = parseBilling(title)
        for (const name of [...performers, ...support, ...promos]) expect(name.trim()).not.toBe('')
        if (kind === 'artist') expect(artistSlug).toMatch(slugForm)
        else expect([artistName, artistSlug, performers, support]).toEqual([null, null, [], []])
      }),
      { numRuns: 3_000 },
    )
  })

  it('the address of a picture is read or rejected, and a canonical one stays what it is', () => {
    const options = { base: 'https://taogroup.com/events/', mirrorHosts: ['cdn.test'] }
    fc.assert(
      fc.property(anyAddress, (address) => {
        const parsed = parseImageUrl(address, options)
        if (!parsed.ok) {
          expect(parsed.reason).not.toBe('')
          return
        }
        for (const each of parsed.candidates) expect(new URL(each).href).toBe(each)
        expect(parsed.candidates).toContain(parsed.canonical)
        expect(parsed.artistSlug ?? 'none').toMatch(slugForm)
      }),
      { numRuns: 3_500 },
    )
  })

  it('nothing but a text is an address either', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(parseImageUrl(value as string).ok).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it('JSON of any shape holds valid events or none', () => {
    const row = fc.record({ slug: fc.jsonValue(), link: fc.jsonValue(), acf: fc.jsonValue(), title: fc.jsonValue() })
    const envelope = fc.record({ agenda: fc.jsonValue(), nevents: fc.jsonValue(), nextloaddate: fc.jsonValue() })
    const value = fc.oneof(fc.jsonValue(), fc.array(row), envelope)
    fc.assert(
      fc.property(value, anySource, (json, { source, options }) => {
        expectValid(readPage(source, JSON.stringify(json), options))
        const script = `<script type="application/ld+json">{"@type":"Event","url":${JSON.stringify(json)}}</script>`
        expectValid(readPage(source, script, options))
      }),
      { numRuns: 700 },
    )
  })

  it('a damaged page holds valid events or none', () => {
    fc.assert(
      fc.property(anySource, fc.array(anyDamage, { maxLength: 6 }), ({ source, text, options }, damages) => {
        expectValid(readPage(source, damages.reduce(damage, text), options))
      }),
      { numRuns: 300 },
    )
  })

  it('a page of flipped bytes, or cut and spliced into another, holds valid events or none', () => {
    const flips = fc.array(fc.tuple(fc.nat(8_000), fc.integer({ min: 1, max: 255 })), { maxLength: 40 })
    fc.assert(
      fc.property(anySource, anySource, fc.nat(8_000), flips, (first, second, cut, bits) => {
        const bytes = Buffer.from(first.text.slice(0, cut) + second.text.slice(cut))
        for (const [at, mask] of bits) bytes.writeUInt8((bytes[at % bytes.length] ?? 0) ^ mask, at % bytes.length)
        expectValid(readPage(first.source, bytes, first.options))
      }),
      { numRuns: 300 },
    )
  })
})

it('refuses a page that is nested so deeply that reading it would take forever', () => {
  const page = `${'<div>'.repeat(200_000)}${'</div>'.repeat(200_000)}`
  const { blocked, warnings } = readPage('liv', page, { pageUrl: 'https://www.livnightclub.com/las-vegas/events/' })
  expect({ blocked, warnings }).toEqual({
    blocked: true,
    warnings: ['The page cannot be read: its elements are nested too deeply.'],
  })
})

it.each([
  ['cards never closed', '<div class="eventitem EVE111500020270528"><a href="/x"><span class="uv-events-name">A'],
  ['elements in elements', `${'<div>'.repeat(9_000)}${'</div>'.repeat(9_000)}`],
  ['deep lists', '[['],
  ['spaces in JSON-LD', '<script type="application/ld+json">{"a":"'.padEnd(200_000)],
  ['commas in a srcset', `<li class="eventitem"><img srcset="${'a,'.repeat(50_000)}">`],
  ['links', '<a href="/event/EVE111500020270528/a/">'],
  // what is not linear takes minutes
])(
  'reads %s without end before its time is up',
  (_what, piece) => {
    const page = piece.repeat(Math.ceil(1_000_000 / piece.length))
    expectValid(readPage('wynn', page, { pageUrl: 'https://www.wynnsocial.com/events/' }))
  },
  30_000,
)
