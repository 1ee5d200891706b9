import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'
import { queriesOf } from '../support/queries.ts'

interface Page<T> {
  totalCount: number
  pageInfo: { hasNextPage: boolean; endCursor: string }
  nodes: T[]
}

type ImageRow = { id: string; filename: string; status: string }

describe(`on ${provider}`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets,responsive' } })
    const uploads: [string, string, string | undefined][] = [
      ['Carl Cox', 'main-stage.jpg', undefined],
      ['Carl Cox', 'backstage.jpg', 'liv'],
      ['Tiësto', 'TIËSTO live.jpg', 'liv'],
      ['RÜFÜS DU SOL', 'desert.jpg', 'xs'],
      ['MØ', 'Portrait.jpg', undefined],
    ]
    for (const [artistName, filename, venueTag] of uploads) {
      await app.upload(await jpeg(340, 260), { artistName, filename, ...(venueTag && { venueTag }) })
    }
    await app.dispatcher.idle()
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const images = async (filter: object, first = 20) =>
    (
      await app.gql<{ images: Page<ImageRow> }>(
        'query ($filter: ImageFilter, $first: Int) { images(filter: $filter, first: $first) { totalCount pageInfo { hasNextPage endCursor } nodes { id filename status } } }',
        { filter, first },
      )
    ).images

  describe('a list', () => {
    const everything = `query ($first: Int!) {
      images(first: $first) {
        nodes {
          id filename status variantsReady readyMaxWidth placeholder warnings srcset
          variants(recipe: "responsive") { name url recipe }
          variant(name: "thumbnail") { url }
          artists { slug aliases images(first: 5) { edges { venueTag node { status variants { url } } } } }
        }
      }
    }`

    it('costs as many queries for five images as for one', async () => {
      const one = await queriesOf(app, () => app.gql(everything, { first: 1 }))
      const five = await queriesOf(app, () => app.gql(everything, { first: 5 }))
      expect(one).toBeGreaterThan(0)
      expect(five).toBe(one)
    })

    it('of runs with their tasks and images costs as many queries for five as for one', async () => {
      const query =
        'query ($first: Int!) { runs(first: $first) { nodes { id progress scope tasks { totalCount nodes { status image { status variants { url } } } } } } }'
      const one = await queriesOf(app, () => app.gql(query, { first: 1 }))
      const five = await queriesOf(app, () => app.gql(query, { first: 5 }))
      expect(five).toBe(one)
    })

    it('goes on from its cursor, without a gap or a repeat, newest first', async () => {
      const seen: string[] = []
      let after: string | null = null
      for (let page = 0; page < 3; page += 1) {
        const answer: { images: Page<ImageRow> } = await app.gql(
          'query ($after: String) { images(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { filename } } }',
          { after },
        )
        seen.push(...answer.images.nodes.map((node) => node.filename))
        after = answer.images.pageInfo.endCursor
        expect(answer.images.totalCount).toBe(5)
        expect(answer.images.pageInfo.hasNextPage).toBe(page < 2)
      }
      expect(seen).toEqual(['Portrait.jpg', 'desert.jpg', 'TIËSTO live.jpg', 'backstage.jpg', 'main-stage.jpg'])
    })

    it('has at most 100 items a page', async () => {
      const data = Array.from({ length: 101 }, (_each, index) => ({
        slug: `zz-${index}`,
        name: `ZZ ${index}`,
        aliases: [],
        searchKey: `zz ${index}`,
      }))
      await app.db.artist.createMany({ data })
      const { artists } = await app.gql<{ artists: Page<object> }>(
        '{ artists(first: 5000) { totalCount nodes { id } } }',
      )
      expect(artists.nodes).toHaveLength(100)
      expect(artists.totalCount).toBeGreaterThan(100)
      await app.db.artist.deleteMany({ where: { slug: { startsWith: 'zz-' } } })
    })
  })

  describe('searching', () => {
    it.each([
      ['tiesto', ['TIËSTO live.jpg']],
      ['RUFUS', ['desert.jpg']],
      ['portrait', ['Portrait.jpg']],
      ['stage', ['backstage.jpg', 'main-stage.jpg']],
      ['nothing like it', []],
      ["'; DROP TABLE Image; --", []],
      // nothing of it is left to search for, and everything would be no answer
      ['%', []],
    ])('images for %s', async (search, filenames) => {
      expect((await images({ search })).nodes.map((node) => node.filename)).toEqual(filenames)
    })

    it('artists by name and alias, whatever case and accents', async () => {
      const aliases = await app.gql<{ upsertArtist: { slug: string; aliases: string[] } }>(
        'mutation { upsertArtist(input: { name: "MØ", aliases: ["Karen Ørsted"] }) { ... on Artist { slug aliases } } }',
      )
      expect(aliases.upsertArtist).toEqual({ slug: 'mo', aliases: ['Karen Ørsted'] })
      const found = async (search: string) =>
        (
          await app.gql<{ artists: Page<{ slug: string }> }>(
            'query ($search: String) { artists(search: $search) { nodes { slug } } }',
            { search },
          )
        ).artists.nodes.map((node) => node.slug)
      expect(await found('orsted')).toEqual(['mo'])
      expect(await found('Rüfüs')).toEqual(['rufus-du-sol'])
      expect(await found('')).toEqual(['carl-cox', 'mo', 'rufus-du-sol', 'tiesto'])
    })
  })

  it('filters by artist, venue and state together', async () => {
    expect((await images({ artistSlug: 'carl-cox' })).totalCount).toBe(2)
    expect((await images({ artistSlug: 'carl-cox', venueTag: 'liv' })).nodes.map((node) => node.filename)).toEqual([
      'backstage.jpg',
    ])
    expect((await images({ status: ['READY'] })).totalCount).toBe(5)
    expect((await images({ status: ['PROCESSING', 'PARTIAL', 'FAILED', 'DELETED'] })).totalCount).toBe(0)
  })

  it('asks that one placement is of the artist and for the venue, not one each', async () => {
    const bytes = await jpeg(340, 260)
    await app.process(bytes, { artistName: 'Aa', venueTag: 'liv', filename: 'shared.jpg' })
    await app.process(bytes, { artistName: 'Bb', venueTag: 'xs' })
    expect((await images({ artistSlug: 'aa', venueTag: 'liv' })).totalCount).toBe(1)
    expect((await images({ artistSlug: 'aa', venueTag: 'xs' })).totalCount).toBe(0)
    await app.db.image.deleteMany({ where: { filename: 'shared.jpg' } })
    await app.db.artist.deleteMany({ where: { slug: { in: ['aa', 'bb'] } } })
  })

  it('hides a deleted image everywhere but where it is asked for, and brings it back', async () => {
    const id = (await images({ search: 'desert' })).nodes[0]?.id
    const change = async (mutation: string) =>
      app.gql(
        `mutation ($id: ID!) { ${mutation}(input: { id: $id }) { __typename ... on Image { status } ... on Error { code message } } }`,
        { id },
      )
    expect(await change('deleteImage')).toEqual({ deleteImage: { __typename: 'Image', status: 'DELETED' } })
    expect((await images({})).totalCount).toBe(4)
    expect((await images({ status: ['DELETED'] })).nodes.map((node) => node.filename)).toEqual(['desert.jpg'])
    const artist = await app.gql<{ artist: { images: { edges: unknown[] } } }>(
      '{ artist(slug: "rufus-du-sol") { images { edges { node { id } } } } }',
    )
    expect(artist.artist.images.edges).toEqual([])
    expect(await change('restoreImage')).toEqual({ restoreImage: { __typename: 'Image', status: 'READY' } })
    expect((await images({})).totalCount).toBe(5)
  })

  it('says which image there is not when told to delete it', async () => {
    const id = Buffer.from('Image:01a1fc0f-0000-7000-8000-000000000000').toString('base64')
    const answer = await app.gql(
      'mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename ... on Error { code message retryable } } }',
      { id },
    )
    expect(answer).toEqual({
      deleteImage: {
        __typename: 'NotFoundError',
        code: 'NOT_FOUND',
        message: 'There is no image 01a1fc0f-0000-7000-8000-000000000000.',
        retryable: false,
      },
    })
  })

  it('gives a srcset that holds no width above the watermark or the bound', async () => {
    const { nodes } = await images({ search: 'main-stage' })
    const answer = await app.gql<{ image: { webp: string; avif: string; none: string } }>(
      'query ($id: ID!) { image(id: $id) { webp: srcset avif: srcset(format: "avif", maxWidth: 320) none: srcset(maxWidth: 100) } }',
      { id: nodes[0]?.id },
    )
    expect(answer.image.webp).toMatch(
      /^http:\/\/localhost:\d+\/media\/variants\/[0-9a-f]{32}-[0-9a-f]{8}_320\.webp 320w$/,
    )
    expect(answer.image.avif).toMatch(/_320\.avif 320w$/)
    expect(answer.image.none).toBe('')
  })

  it('answers in the order asked for, whatever is ready first', async () => {
    const answer = await app.gql<object>(
      '{ images(first: 1) { totalCount nodes { filename id } } recipes { name } runs(first: 1) { totalCount } }',
    )
    expect(Object.keys(answer)).toEqual(['images', 'recipes', 'runs'])
  })

  it('tells the recipes and what may be uploaded', async () => {
    expect(
      await app.gql(
        '{ recipes { name formats variants { name } } uploadPolicy { maxBytes maxPixels minWidth minHeight mimeTypes } }',
      ),
    ).toMatchObject({
      recipes: [
        { name: 'responsive', formats: ['webp', 'avif'] },
        {
          name: 'presets',
          formats: ['webp'],
          variants: [{ name: 'thumbnail' }, { name: 'medium' }, { name: 'large' }],
        },
        { name: 'artist', formats: ['jpeg'] },
        { name: 'artist-sizes', formats: ['jpeg'] },
      ],
      uploadPolicy: {
        maxBytes: 10_485_760,
        maxPixels: 100_000_000,
        minWidth: 100,
        minHeight: 100,
        mimeTypes: ['image/jpeg', 'image/png', 'image/webp'],
      },
    })
  })
})
