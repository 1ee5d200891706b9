import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldForSearch, slugifyArtist } from '../../src/venues/artist-slug.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'
import { queriesOf } from '../support/queries.ts'
import { addEvent, holdRun } from '../support/venue-rows.ts'

interface Events {
  totalCount: number
  pageInfo: { hasNextPage: boolean; endCursor: string }
  nodes: { artistName: string; date: string }[]
}

interface Told {
  id: string
  images: { url: string }[]
}

const listed = {
  url: 'https://venueeventartists.com/imgserver/2/artists/carl-cox/carl-cox_500x500.jpg',
  canonicalUrl: 'x',
  kind: 'vea',
  urlSlug: 'carl-cox',
  slugMatch: 'match',
  size: 500,
  from: 'performer',
  allowed: true,
  candidates: [],
}

describe(`venues and their events, on ${provider}`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp()
    await holdRun(app, 'SCRAPE', null)
    await addEvent(app, { date: '2099-06-02', images: [listed], startAt: '2099-06-02T22:30:00' })
    await addEvent(app, { artistName: 'Tiësto', date: '2099-06-01' })
    await addEvent(app, { artistName: 'RÜFÜS DU SOL', date: '2099-06-03', venueTag: 'xs', venue: 'XS', source: 'wynn' })
    await addEvent(app, { artistName: 'Carl Cox', date: '2001-01-01' })
    await addEvent(app, {
      artistName: 'Gone',
      date: '2099-06-04',
      sentRevision: 1,
      syncedRevision: 1,
      status: 'movedonline',
    })
    const [readAt, empty] = [new Date('2099-01-01T00:00:00Z'), { eventIds: [], warnings: [], next: [] }]
    const skipped = [{ title: 'Guest', reason: 'no-event-code', sourceEventId: null }]
    await app.db.venuePage.create({ data: { ...empty, url: 'https://a.example/', source: 'liv', readAt, skipped } })
    await app.db.venuePage.create({ data: { ...empty, url: 'https://b.example/', source: 'wynn', skipped: [] } })
    await app.process(await jpeg(1600, 1200), { artistName: 'Carl Cox', venueTag: 'liv', recipes: ['artist'] })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const find = async (filter: object, first = 20, after: string | null = null) => {
    const query = `query ($filter: VenueEventFilter, $first: Int, $after: String) {
      venueEvents(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { artistName date } } }`
    return (await app.gql<{ venueEvents: Events }>(query, { filter, first, after })).venueEvents
  }
  const namesIn = ({ nodes }: Events) => nodes.map(({ artistName }) => artistName)

  it('lists the venues of a source, with what is to come and when it was read', async () => {
    const query = `{ venues(source: LIV) {
      tag name source eventCount lastReadAt events { totalCount nodes { artistName } } all: events(from: "2000-01-01") { totalCount } } }`
    const { venues } = await app.gql<{ venues: object[] }>(query)
    expect(venues).toEqual([
      {
        tag: 'liv',
        name: 'LIV Las Vegas',
        source: 'LIV',
        eventCount: 3,
        lastReadAt: '2099-01-01T00:00:00.000Z',
        events: { totalCount: 3, nodes: ['Tiësto', 'Carl Cox', 'Gone'].map((artistName) => ({ artistName })) },
        all: { totalCount: 4 },
      },
      expect.objectContaining({ tag: 'livb', eventCount: 0, events: { totalCount: 0, nodes: [] } }),
    ])
    expect((await app.gql<{ venues: object[] }>('{ venues { tag } }')).venues.length).toBeGreaterThan(10)
  })

  it.each<[object, string[]]>([
    [{}, ['Carl Cox', 'Tiësto', 'Carl Cox', 'RÜFÜS DU SOL', 'Gone']],
    [{ source: 'WYNN' }, ['RÜFÜS DU SOL']],
    [{ venueTag: 'liv', from: '2099-06-02' }, ['Carl Cox', 'Gone']],
    [{ to: '2099-06-01' }, ['Carl Cox', 'Tiësto']],
    [{ artistSlug: 'carl-cox' }, ['Carl Cox', 'Carl Cox']],
    [{ synced: true }, ['Gone']],
    [{ synced: false, from: '2099-06-02' }, ['Carl Cox', 'RÜFÜS DU SOL']],
    [{ search: 'TIESTO' }, ['Tiësto']],
    [{ search: 'xs night' }, ['RÜFÜS DU SOL']],
    [{ search: 'nobody' }, []],
    [{ search: '!!!' }, []],
  ])('finds the events with %j, by date', async (filter, names) => {
    const events = await find(filter)
    expect(namesIn(events)).toEqual(names)
    expect(events.totalCount).toBe(names.length)
  })

  it('finds an artist by signs alone, and not everybody', async () => {
    const query = '{ artists(search: "!!!") { nodes { name } } images(filter: { search: "!!!" }) { totalCount } }'
    expect(await app.gql(query)).toEqual({ artists: { nodes: [] }, images: { totalCount: 0 } })
    const searchKey = foldForSearch(slugifyArtist('!!!'), '!!!')
    await app.db.artist.create({ data: { slug: slugifyArtist('!!!'), name: '!!!', aliases: [], searchKey } })
    expect(await app.gql(query)).toMatchObject({ artists: { nodes: [{ name: '!!!' }] } })
  })

  it('refuses a day that is none', async () => {
    const { errors } = await app.ask('{ venueEvents(filter: { from: "2099-02-30" }) { totalCount } }')
    expect(errors?.[0]?.message).toContain('Write a day of the calendar as YYYY-MM-DD.')
  })

  it('goes on from a cursor without a gap or a repeat', async () => {
    const first = await find({}, 3)
    const rest = await find({}, 3, first.pageInfo.endCursor)
    expect([...namesIn(first), ...namesIn(rest)]).toEqual(namesIn(await find({})))
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false])
  })

  it('tells of an event what its page tells, and where the picture of the artist is', async () => {
    const query = `{ venueEvents(filter: { artistSlug: "carl-cox", from: "2099-01-01" }) { nodes {
      id eventId source sourceEventId venueName venue { tag } date startAt status title performers synced revision
      artist { slug events { totalCount } } listedImages { kind slugMatch size allowed }
      images { name venueTag url width image { sourceUrl } } } } }`
    const { nodes } = (await app.gql<{ venueEvents: { nodes: Told[] } }>(query)).venueEvents
    expect(nodes).toEqual([
      expect.objectContaining({
        eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        source: 'LIV',
        venue: { tag: 'liv' },
        date: '2099-06-02',
        startAt: '2099-06-02T22:30:00',
        status: 'SCHEDULED',
        performers: ['Carl Cox'],
        synced: false,
        revision: 2,
        artist: { slug: 'carl-cox', events: { totalCount: 1 } },
        listedImages: [{ kind: 'ARTIST_HOST', slugMatch: 'MATCH', size: 500, allowed: true }],
        images: [
          expect.objectContaining({ name: 'main', width: 500, venueTag: 'liv', image: { sourceUrl: null } }),
          expect.objectContaining({ name: 'hd', width: 1500 }),
        ],
      }),
    ])
    const urls = nodes.flatMap(({ images }) => images.map(({ url }) => url))
    expect(urls).toEqual(
      ['main', 'hd'].map((name) =>
        expect.stringMatching(new RegExp(`/media/artists/carl-cox/carl-cox_liv_${name}\\.jpg\\?v=[0-9a-f]{8}$`)),
      ),
    )
    expect(await Promise.all(urls.map(async (url) => (await fetch(url)).status))).toEqual([200, 200])
    const again = await app.gql('query ($id: ID!) { node(id: $id) { ... on VenueEvent { title } } }', {
      id: nodes[0]?.id,
    })
    expect(again).toEqual({ node: { title: 'Carl Cox at LIV' } })
  })

  it('costs as many queries for five events as for two', async () => {
    const query = `query ($first: Int!) { venueEvents(first: $first) { nodes {
      venue { eventCount lastReadAt } artist { slug pinnedImage { id } pictures { url image { id } } } images { url image { filename } } } } }`
    const two = await queriesOf(app, () => app.gql(query, { first: 2 }))
    const five = await queriesOf(app, () => app.gql(query, { first: 5 }))
    expect(two).toBeGreaterThan(0)
    expect(five).toBe(two)
  })

  it('tells what the pages were, those to be read first', async () => {
    const { venuePages } = await app.gql<{ venuePages: object[] }>(
      '{ venuePages { url source state eventCount skipped { title reason sourceEventId } warnings } }',
    )
    expect(venuePages).toEqual([
      { url: 'https://b.example/', source: 'WYNN', state: 'PENDING', eventCount: 0, skipped: [], warnings: [] },
      expect.objectContaining({
        state: 'READ',
        skipped: [{ title: 'Guest', reason: 'NO_EVENT_CODE', sourceEventId: null }],
      }),
    ])
    expect(await app.gql('{ venuePages(source: TAO) { url } }')).toEqual({ venuePages: [] })
  })
})
