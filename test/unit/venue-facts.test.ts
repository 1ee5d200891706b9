import { describe, expect, it } from 'vitest'
import { readCardDate, readIsoStart, readUsStart } from '../../src/venues/event-date.ts'
import { parsePictureKey, pictureKey } from '../../src/venues/picture-key.ts'
import { readPage } from '../../src/venues/read-page.ts'
import { venueSources, venues } from '../../src/venues/venue-list.ts'
import { venueTagOf } from '../../src/venues/venue-tags.ts'

describe('the venue', () => {
  it.each([
    ['LIV', 'liv'],
    ['LIV Nightclub Las Vegas', 'liv'],
    ['liv beach las vegas', 'livb'],
    ['Encore Beach Club At Night', 'ebcn'],
    ['encore beach club', 'ebc'],
    ['OMNIA Nightclub – Las Vegas', 'omnia'],
    ['Marquee Dome', 'marqueed'],
    ['Wynn Field Club', null],
    ['LAVO Italian Restaurant - Las Vegas', null],
    ['', null],
  ])('labelled %s is %s', (label, tag) => {
    expect(venueTagOf({ label })).toBe(tag)
  })

  it('is told by the label, else by the code, else by the term', () => {
    expect(venueTagOf({ label: 'XS', eventCode: 'EVE110300020270528', taoTerm: 313 })).toBe('xs')
    expect(venueTagOf({ label: 'Unknown', eventCode: 'EVE110300020270528', taoTerm: 313 })).toBe('ebc')
    expect(venueTagOf({ eventCode: 'EVE4091154168600020270528' })).toBe('omniad')
    expect(venueTagOf({ eventCode: 'EVE-SUP7FH', taoTerm: 313 })).toBe('omnia')
    expect(venueTagOf({ eventCode: 'EVE700020270528' }, { 7: 'ptb' })).toBe('ptb')
  })

  it('has a tag of its own and a site', () => {
    expect(new Set(venues.map(({ tag }) => tag)).size).toBe(venues.length)
    for (const { tag, source } of venues) {
      expect(tag).toMatch(/^[a-z]{2,10}$/)
      expect(venueSources[source].hosts).toContain(new URL(venueSources[source].listings[0] ?? '').host)
    }
  })
})

describe('the date', () => {
  it.each([
    ['2027-05-28', '2027-05-28', null],
    ['2027-05-29T05:30:00+00:00', '2027-05-28', '2027-05-29T05:30:00+00:00'],
    ['2027-05-30T00:30:00-07:00', '2027-05-29', '2027-05-30T00:30:00-07:00'],
    ['2027-05-30T05:59:00', '2027-05-29', '2027-05-30T05:59:00'],
    ['2027-05-30T06:00', '2027-05-30', '2027-05-30T06:00'],
    ['2027-03-14T06:30:00-0700', '2027-03-14', '2027-03-14T06:30:00-0700'],
    ['2028-01-01T07:00:00Z', '2027-12-31', '2028-01-01T07:00:00Z'],
    ['2027-05-28T22:30:00-07', '2027-05-28', '2027-05-28T22:30:00-07:00'],
    ['2027-05-29t05:30:00z', '2027-05-28', '2027-05-29T05:30:00Z'],
    ['2027-05-28T22:30:00 PDT', '2027-05-28', null],
    ['2027-05-28 / 2027-05-30', '2027-05-28', null],
    ['2027-05-28T25:00', '2027-05-28', null],
  ])('of %s is %s', (text, date, startAt) => {
    expect(readIsoStart(text)).toEqual({ date, startAt })
  })

  it.each(['', 'tonight', '2027-02-30', '2027-13-01', '0027-01-01', '2027-05-281'])('of "%s" is none', (text) => {
    expect(readIsoStart(text)).toBeNull()
  })

  it('of the API is local, and 12 is the first hour', () => {
    expect(readUsStart('06/11/2027 10:30 PM')).toEqual({ date: '2027-06-11', startAt: '2027-06-11T22:30:00' })
    expect(readUsStart('06/12/2027 12:30 AM')).toEqual({ date: '2027-06-11', startAt: '2027-06-12T00:30:00' })
    expect(readUsStart('06/12/2027')).toEqual({ date: '2027-06-12', startAt: null })
  })

  it('of a card without a year is the next such day', () => {
    expect(readCardDate('Fri, May 28 2027')).toBe('2027-05-28')
    expect(readCardDate('Fri, May 28')).toBeNull()
    expect(readCardDate('Sat Jan 2', new Date('2027-12-20T20:00:00Z'))).toBe('2028-01-02')
    expect(readCardDate('Sat, Dec 18th', new Date('2027-12-20T20:00:00Z'))).toBe('2027-12-18')
  })
})

it.each(['artists/a/b_xs_main.jpg', 'artists/a/a_x_main.jpg', 'artists/a--b/a--b_xs_hd.jpg', 'a_xs_hd.jpg', ''])(
  'knows that %s is no key of ours',
  (key) => {
    expect(parsePictureKey(key)).toBeNull()
  },
)

it('makes no key that would not come back', () => {
  expect(() => pictureKey({ artistSlug: '../a', venueTag: 'xs', name: 'hd' })).toThrow(RangeError)
  expect(() => pictureKey({ artistSlug: 'a', venueTag: 'x_s', name: 'hd' })).toThrow(RangeError)
})

describe('what a card holds', () => {
  const read = (inner: string) =>
    readPage(
      'wynn',
      `<ul><li class="eventitem EVE111500020270528" aria-label="Zedd - XS Nightclub">${inner}</li></ul>`,
      {
        pageUrl: 'https://www.wynnsocial.com/events/',
      },
    )

  it('is enough without a title or a label of the venue', () => {
    expect(read('').events[0]).toMatchObject({ title: 'Zedd', venueTag: 'xs', url: null, images: [] })
  })

  it('may be a picture that cannot be had, which a warning tells', () => {
    const { events, warnings } = read('<img src="/a.svg"><img src="https://cdn.example.org/zedd.jpg">')
    expect(events[0]?.images).toMatchObject([{ kind: 'direct', allowed: false, slugMatch: 'match' }])
    expect(warnings).toEqual([
      'The picture /a.svg of "Zedd" is left out: only JPEG and PNG are taken.',
      'The picture https://cdn.example.org/zedd.jpg of "Zedd" is not fetched: cdn.example.org is not one of our hosts.',
    ])
  })

  it('may be relative, and stand-ins are no pictures', () => {
    const { events, warnings } = read('<img src="/blank.gif" data-src="/wp-content/uploads/zedd-300x300.jpg">')
    expect(events[0]?.images.map(({ url }) => url)).toEqual([
      'https://www.wynnsocial.com/wp-content/uploads/zedd-300x300.jpg',
    ])
    expect(warnings).toEqual([])
  })
})

it('keeps two nights apart that lead to one page of tickets', () => {
  const card = (code: string) => `<article class="uws-event-list-item" data-eventcode="${code}"><a href="/tickets"></a>
    <h3 class="uv-event-name-title">Zedd</h3></article>`
  const page = card('EVE112156100020270528') + card('EVE112156100020270529')
  const { events } = readPage('liv', page, { pageUrl: 'https://www.livnightclub.com/las-vegas/events/' })
  expect(events.map(({ date }) => date)).toEqual(['2027-05-28', '2027-05-29'])
})
