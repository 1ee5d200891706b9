import { describe, expect, it } from 'vitest'
import { readPage } from '../../src/venues/read-page.ts'
import type { VenueSource } from '../../src/venues/venue-list.ts'

const pageUrls: Record<VenueSource, string> = {
  liv: 'https://www.livnightclub.com/las-vegas/events/',
  wynn: 'https://www.wynnsocial.com/events/',
  tao: 'https://taogroup.com/events/',
}
const code = 'EVE111500020270528'

const read = (source: VenueSource, body: string | object) =>
  readPage(source, typeof body === 'string' ? body : JSON.stringify(body), { pageUrl: pageUrls[source] })

const ld = (node: object) =>
  `<script type="application/ld+json">${JSON.stringify({ '@type': 'Event', ...node })}</script>`

describe('an advertisement among the cards', () => {
  const cards: Record<'liv' | 'wynn', (code: string, title: string) => string> = {
    liv: (code, title) => `<article class="uws-event-list-item" data-eventcode="${code}"><a href="/reservations/">
      <h3 class="uv-event-name-title">${title}</h3></a></article>`,
    wynn: (code, title) => `<li class="eventitem ${code}"><a href="/reservations/">
      <span class="uv-events-name">${title}</span></a></li>`,
  }

  it.each(['liv', 'wynn'] as const)('of %s never lends its title to the night that leads where it leads', (source) => {
    const [tile, night] = [cards[source]('', 'Table Reservations'), cards[source](code, 'Zedd')]
    for (const page of [tile + night, night + tile, tile + night + tile]) {
      const { events, skipped } = read(source, page + ld({ name: 'Open Bar', url: '/reservations/' }))
      expect(events.map(({ title }) => title)).toEqual(['Zedd'])
      const skippedEntry = { title: 'Table Reservations', reason: 'no-event-code', sourceEventId: null }
      expect(skipped).toContainEqual(skippedEntry)
    }
  })
})

it('joins a card and what JSON-LD says of it by the address that only they have', () => {
  const card = `<li class="eventitem ${code}"><a href="/nights/zedd/"></a><b class="uv-events-name">Zedd</b></li>`
  const { events } = read('wynn', card + ld({ url: '/nights/zedd', startDate: '2027-05-28T22:30:00-07:00' }))
  expect(events).toMatchObject([{ title: 'Zedd', startAt: '2027-05-28T22:30:00-07:00' }])
})

describe('a code in the query of a link', () => {
  const link = `https://booketing.com/x?eventcode=${code}`

  it('is that of the card', () => {
    const card = `<li class="eventitem"><a href="/artists/zedd/"></a><a href="${link}"><b class="uv-events-name">Zedd</b></a></li>`
    expect(read('wynn', card).events).toMatchObject([{ sourceEventId: code, date: '2027-05-28', venueTag: 'xs' }])
  })

  it('is that of an event in JSON-LD', () => {
    expect(read('liv', ld({ name: 'Zedd', url: link })).events).toMatchObject([{ sourceEventId: code }])
  })

  it('is not that of a card which leads to the page itself', () => {
    const { events } = readPage('wynn', '<li class="eventitem"><a href="#top">Zedd</a></li>', {
      pageUrl: `${pageUrls.wynn}?eventcode=${code}`,
    })
    expect(events).toEqual([])
  })
})

describe('a row of the API', () => {
  const slug = '6-11-2027-zedd-hakkasan-nightclub'
  const row = (fields: object) => ({ event_venue: [314], title: { rendered: 'Zedd' }, ...fields })
  const pictures = (name: string) => ({ featured_img_url: `https://taogroup.com/wp-content/uploads/${name}.jpg` })

  it('is one night with all others of its slug or address, and has the pictures of all', () => {
    const link = `https://taogroup.com/event/${slug}/`
    const rows = [row({ slug, ...pictures('a') }), row({ slug, ...pictures('b') }), row({ link, ...pictures('c') })]
    const { events } = read('tao', rows)
    expect(events).toHaveLength(1)
    expect(events[0]?.images.map(({ url }) => url.at(-5))).toEqual(['a', 'b', 'c'])
  })

  it.each([
    [{ acf: { event_start_date: '06/11/2027 22:30' } }, '2027-06-11T22:30:00'],
    [{ acf: { event_start_date: '06/12/2027 00:30' } }, '2027-06-12T00:30:00'],
    [{ acf: { event_start_date: '06/11/2027 late' } }, null],
    [{ acf: false, title: { rendered: '6/11/2027 &#8211; Zedd &#8211; Hakkasan Nightclub' } }, null],
  ])('with %j has a date', (fields, startAt) => {
    expect(read('tao', [row({ slug: 'zedd', ...fields })]).events).toMatchObject([{ date: '2027-06-11', startAt }])
  })
})

describe('the title of a card', () => {
  const tao = (head: string, content: string) =>
    read(
      'tao',
      `<article class="event-list__item"><a href="/event/6-11-2027-zedd-omnia/"></a>${head}
        <div class="event-list-post__content">${content}</div></article>`,
    ).events

  it.each([
    ['<h4 class="venue">OMNIA Nightclub</h4>', '<h3>Zedd</h3>'],
    ['', '<h4 class="venue">OMNIA Nightclub</h4><h3>Zedd</h3>'],
    ['<h4 class="venue">OMNIA Nightclub</h4>', '<a href="/event/x/">Zedd</a><p>Fri, Jun 11 2027</p>'],
    ['', '<p class="venue">OMNIA Nightclub</p> <p class="date">Fri</p> <div><span>Zedd</span></div>'],
  ])('of TAO is not the venue: %s %s', (head, content) => {
    expect(tao(head, content)).toMatchObject([{ title: 'Zedd', venueTag: 'omnia' }])
  })

  it('of Wynn may be the label of a link in it, but not that of a button', () => {
    const card = (label: string) => `<li class="eventitem ${code}"><button aria-label="Save"></button>
      <a class="uv-boxitem" aria-label="${label}"></a></li>`
    expect(read('wynn', card('Zedd - XS Nightclub')).events).toMatchObject([{ title: 'Zedd', venueTag: 'xs' }])
    expect(read('wynn', card('Buy tickets')).skipped).toMatchObject([{ title: '', reason: 'placeholder' }])
  })
})

it.each([
  'schema:EventCancelled',
  'EventCanceled',
  'https://schema.org/EventCancelled',
  'http://schema.org#EventCancelled',
  { '@id': 'https://schema.org/EventCancelled' },
  [{ '@id': 'schema:EventCanceled' }],
])('takes %j for cancelled', (eventStatus) => {
  expect(read('wynn', ld({ name: 'Zedd', url: `/event/${code}/`, eventStatus })).events).toMatchObject([
    { status: 'cancelled' },
  ])
})

it.each([';', ';;', ' // ]]>', '\n// ]]>;', '; //-->\n;'])('reads JSON-LD that ends in "%s"', (end) => {
  const page = ld({ name: 'Zedd', url: `/event/${code}/` }).replace('</script>', `${end}</script>`)
  expect(read('wynn', page)).toMatchObject({ events: [{ title: 'Zedd' }], warnings: [] })
})

it.each(['Wynn Field Club', 'LAVO Italian Restaurant - Las Vegas', 'ZOUK'])('leaves a night at %s alone', (venue) => {
  const card = `<li class="eventitem ${code}"><b class="uv-events-name">Zedd</b><i class="uv-events-venue">${venue}</i></li>`
  expect(read('wynn', card)).toMatchObject({ events: [], skipped: [{ reason: 'unknown-venue' }] })
})

describe("a cell of the ticket shop's calendar", () => {
  const cell = (query: string, name: string) => `<td class="uvsingleevent uvtddate-2027-05-28">
    <a class="flyer" href="https://booketing.com/x${query}" data-file="685689.jpeg"
      data-folder="https://venueeventartist.com/imateq/event/446/1115/685652"></a><span class="name">${name}</span></td>`

  it('is a night', () => {
    const { events } = read('wynn', `<table><tr>${cell(`?eventcode=${code}`, 'Zedd')}</tr></table>`)
    const canonicalUrl = 'https://venueeventartist.com/imateq/event/446/1115/685652/raw/685689.jpeg'
    expect(events).toMatchObject([{ title: 'Zedd', venueTag: 'xs', date: '2027-05-28', images: [{ canonicalUrl }] }])
  })

  it('has its date among its classes when its code has none', () => {
    const reading = readPage(
      'liv',
      cell('?eventcode=EVE-SUP7FH', 'Zedd').replace('<span', '<i class="venueurl">LIV</i><span'),
      {
        pageUrl: pageUrls.liv,
      },
    )
    expect(reading.events).toMatchObject([{ sourceEventId: 'EVE-SUP7FH', date: '2027-05-28', venueTag: 'liv' }])
  })

  it('is no night when one can but book', () => {
    expect(read('wynn', cell('', 'Book'))).toMatchObject({ events: [], skipped: [{ reason: 'no-event-code' }] })
    expect(read('wynn', cell(`?eventcode=${code}`, 'Book')).events).toEqual([])
  })
})
