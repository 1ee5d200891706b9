import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'
import { addEvent, globalId } from '../support/venue-rows.ts'

interface Shown {
  reason: string
  explanation: string
  image: { id: string }
  pictures: { name: string; venueTag: string | null; url: string; sha256: string }[]
}

const shown = '{ reason explanation image { id } pictures { name venueTag url sha256 } }'

describe(`what an artist looks like, on ${provider}`, () => {
  let app: TestApp
  let artistId: string
  const images: Record<'liv' | 'xs' | 'direct' | 'presets', string> = { liv: '', xs: '', direct: '', presets: '' }
  beforeAll(async () => {
    app = await createTestApp()
    artistId = globalId('Artist', (await addEvent(app, { venueTag: 'omnia' })).artistId)
    const send = async (width: number, recipe: string, venueTag?: string) => {
      const about = { artistName: 'Carl Cox', recipes: [recipe], ...(venueTag && { venueTag }) }
      return (await app.process(await jpeg(width, Math.round(width * 0.75)), about)).image.id
    }
    images.direct = await send(400, 'artist')
    images.liv = await send(1600, 'artist', 'liv')
    images.xs = await send(800, 'artist', 'xs')
    images.presets = await send(640, 'presets', 'xs')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function ask(venueTag?: string | null): Promise<Shown> {
    const query =
      venueTag === undefined
        ? `{ artist(slug: "carl-cox") { image ${shown} } }`
        : `query ($tag: String) { artist(slug: "carl-cox") { image(venueTag: $tag) ${shown} } }`
    return (await app.gql<{ artist: { image: Shown } }>(query, { tag: venueTag })).artist.image
  }

  const pin = (imageId: string | null, artist = artistId) =>
    app.gql<{ pinArtistImage: object }>(
      `mutation ($input: PinArtistImageInput!) { pinArtistImage(input: $input) {
        __typename ... on Artist { pinnedImage { id } } ... on Error { code message } ... on InvalidInputError { field } } }`,
      { input: { artistId: artist, imageId } },
    )

  it.each([
    ['liv', 'liv', /^It is the newest for the venue liv\.$/],
    ['xs', 'xs', /^It is the newest for the venue xs\.$/],
    [null, 'direct', /without a venue\.$/],
  ] as const)('is, for the venue %s, the newest that was made for it', async (venueTag, image, explanation) => {
    const answer = await ask(venueTag)
    expect(answer).toMatchObject({ reason: 'NEWEST_FOR_VENUE', image: { id: images[image] } })
    expect(answer.explanation).toMatch(explanation)
    expect(answer.pictures.map(({ name, venueTag: tag }) => [name, tag])).toEqual([
      ['main', venueTag],
      ['hd', venueTag],
    ])
  })

  it.each([['tao'], [undefined]])('is the best there is for %s, where there is none of its own', async (venueTag) => {
    const answer = await ask(venueTag)
    expect(answer.reason).toBe('BEST')
    expect(answer.explanation).toMatch(/^It is the (best|only)/)
    expect(Object.values(images)).toContain(answer.image.id)
  })

  it('is stored where every venue that shows the artist finds it, under an address that tells which picture it is', async () => {
    const query = '{ artist(slug: "carl-cox") { pictures { name venueTag key url sha256 byteSize storedAt } } }'
    await expect
      .poll(async () => (await app.db.artistPicture.findMany()).map(({ venueTag }) => venueTag).sort())
      .toEqual(['direct', 'direct', 'liv', 'liv', 'omnia', 'omnia', 'xs', 'xs'])
    const { artist } = await app.gql<{ artist: { pictures: Record<string, string>[] } }>(query)
    expect(artist.pictures.map(({ venueTag }) => venueTag)).toEqual([
      ...[null, null, 'liv', 'liv'],
      ...['omnia', 'omnia', 'xs', 'xs'],
    ])
    for (const { key = '', url, sha256, byteSize } of artist.pictures) {
      expect(url).toBe(`${app.url.replace('127.0.0.1', 'localhost')}/media/${key}?v=${sha256?.slice(0, 8)}`)
      expect((await readFile(path.join(app.dir, key))).byteLength).toBe(byteSize)
    }
  })

  it('is everywhere the one that somebody has pinned, and what it was when that is undone', async () => {
    expect(await pin(images.xs)).toEqual({
      pinArtistImage: { __typename: 'Artist', pinnedImage: { id: images.xs } },
    })
    const imageIds = async () => new Set((await app.db.artistPicture.findMany()).map(({ imageId }) => imageId))
    await expect.poll(imageIds, { timeout: 10_000 }).toEqual(new Set([databaseId(images.xs)]))
    for (const venueTag of ['liv', 'tao', null, undefined]) {
      expect(await ask(venueTag)).toMatchObject({
        reason: 'PINNED',
        explanation: 'Somebody has pinned it.',
        image: { id: images.xs },
      })
    }
    expect((await ask('liv')).pictures).toHaveLength(2)
    expect(await pin(null)).toEqual({ pinArtistImage: { __typename: 'Artist', pinnedImage: null } })
    expect((await ask('liv')).image.id).toBe(images.liv)
    await expect.poll(async () => (await imageIds()).size, { timeout: 10_000 }).toBe(3)
  })

  it('is made where the pinned image lacks it', async () => {
    await pin(images.presets)
    expect((await ask('liv')).reason).not.toBe('PINNED')
    await app.dispatcher.idle()
    await expect.poll(() => ask('liv'), { timeout: 10_000 }).toMatchObject({ image: { id: images.presets } })
    await pin(null)
  })

  it('cannot be an image that the artist is not in, nor one that is not there', async () => {
    const { image } = await app.process(await jpeg(), { artistName: 'Tiësto', recipes: ['artist'] })
    const nowhere = '01a1fc0f-0000-7000-8000-000000000000'
    expect(await pin(image.id)).toEqual({
      pinArtistImage: {
        __typename: 'InvalidInputError',
        code: 'INVALID_INPUT',
        field: 'imageId',
        message: 'The artist is not in this image; import or upload it for the artist.',
      },
    })
    expect(await pin(globalId('Image', nowhere))).toMatchObject({ pinArtistImage: { code: 'NOT_FOUND' } })
    for (const imageId of [images.liv, null]) {
      expect(await pin(imageId, globalId('Artist', nowhere))).toMatchObject({
        pinArtistImage: { __typename: 'NotFoundError' },
      })
    }
    expect(await app.gql('{ artist(slug: "carl-cox") { pinnedImage { id } } }')).toEqual({
      artist: { pinnedImage: null },
    })
  })

  it('is nothing while nothing is made for it', async () => {
    await app.process(await jpeg(), { artistName: 'Nobody', recipes: ['presets'] })
    expect(await app.gql('{ artist(slug: "nobody") { image { reason } pictures { url } } }')).toEqual({
      artist: { image: null, pictures: [] },
    })
  })
})
