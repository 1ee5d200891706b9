import { readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { createScrapeFixture } from '../support/venue-site.ts'

const artist = { artistName: 'Carl Cox', recipes: ['artist'] }
const alias = (app: TestApp, name: string) => path.join(app.dir, 'artists/carl-cox', name)

const shownImage = async (app: TestApp, venueTag = 'direct') =>
  (await app.db.artistPicture.findFirst({ where: { venueTag, name: 'hd', retiredAt: null } }))?.imageId

/** Waits until the service has chosen this image by itself. */
const untilShown = (app: TestApp, imageId: string, venueTag = 'direct') =>
  eventually(
    `image ${imageId} is shown at ${venueTag}`,
    async () => (await shownImage(app, venueTag)) === databaseId(imageId),
  )

const untilNoneIsShown = ({ db }: TestApp) =>
  eventually('no picture is shown', async () => (await db.artistPicture.count({ where: { retiredAt: null } })) === 0)

async function pin(app: TestApp, imageId: string | null): Promise<void> {
  const { id } = (await app.gql<{ artist: { id: string } }>('{ artist(slug: "carl-cox") { id } }')).artist
  const mutation = 'mutation ($input: PinArtistImageInput!) { pinArtistImage(input: $input) { __typename } }'
  const answer = await app.gql<{ pinArtistImage: { __typename: string } }>(mutation, {
    input: { artistId: id, imageId },
  })
  expect(answer.pinArtistImage.__typename).toBe('Artist')
}

describe('what is shown of an artist', () => {
  it('is the newest upload, under a name that stays', async () => {
    await using app = await createTestApp()
    const first = await app.process(await jpeg(1600, 1200), artist)
    const before = await readFile(alias(app, 'carl-cox_direct_hd.jpg'))
    expect(await shownImage(app)).toBe(databaseId(first.image.id))
    const second = await app.process(await jpeg(800, 600), artist)
    expect(await shownImage(app)).toBe(databaseId(second.image.id))
    expect((await readFile(alias(app, 'carl-cox_direct_hd.jpg'))).equals(before)).toBe(false)
    expect(await app.db.artistPicture.findFirst({ where: { name: 'hd' } })).toMatchObject({ revision: 2, width: 800 })
  })

  it('is the pinned one until it is let go, at every venue', async () => {
    await using app = await createTestApp()
    const old = await app.process(await jpeg(), { ...artist, venueTag: 'liv' })
    const recent = await app.process(await jpeg(), { ...artist, venueTag: 'xs' })
    await pin(app, old.image.id)
    await untilShown(app, old.image.id, 'xs')
    expect(await shownImage(app, 'liv')).toBe(databaseId(old.image.id))
    await pin(app, null)
    await untilShown(app, recent.image.id, 'xs')
  })

  it('is made of a pinned photo that has no variants for it yet', async () => {
    await using app = await createTestApp()
    await app.process(await jpeg(), artist)
    const plain = await app.process(await jpeg(), { ...artist, recipes: ['presets'] })
    await pin(app, plain.image.id)
    await untilShown(app, plain.image.id)
  })

  it.each([
    ['deleteImage', 'input: { id: $id }'],
    ['deleteImages', 'input: { ids: [$id] }'],
  ])('is another when its photo is deleted by %s, and the deleted one again when it is restored', async (name, input) => {
    await using app = await createTestApp()
    const first = await app.process(await jpeg(), artist)
    const second = await app.process(await jpeg(), artist)
    const { id } = second.image
    await app.gql(`mutation ($id: ID!) { ${name}(${input}) { __typename } }`, { id })
    await untilShown(app, first.image.id)
    await app.gql('mutation ($id: ID!) { restoreImage(input: { id: $id }) { __typename } }', { id })
    await untilShown(app, second.image.id)
  })

  it('is taken away, with its object, once the last photo is deleted', async () => {
    await using app = await createTestApp()
    const { image } = await app.process(await jpeg(), artist)
    await app.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', { id: image.id })
    await untilNoneIsShown(app)
    expect((await stat(alias(app, 'carl-cox_direct_hd.jpg'))).size).toBeGreaterThan(0)
    expect(await app.pictures.collect()).toBe(2)
    await expect(stat(alias(app, 'carl-cox_direct_hd.jpg'))).rejects.toThrow('ENOENT')
    expect(await app.pictures.collect()).toBe(0)
  })

  it('keeps its object as long as D1 names it', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set('/cox.jpg', { body: await jpeg(), etag: '"1"' })
    f.list([{ title: 'Carl Cox', image: '/cox.jpg' }])
    await f.scrape()
    await f.sync()
    await f.app.db.image.updateMany({ data: { deletedAt: new Date() } })
    await f.app.db.artist.updateMany({ data: { picturesDueAt: new Date() } })
    await untilNoneIsShown(f.app)
    // the smaller one is not named there
    expect(await f.app.pictures.collect()).toBe(1)
    expect(await f.app.pictures.collect()).toBe(0)
    expect(await f.app.db.artistPicture.findMany()).toMatchObject([{ name: 'hd' }])
    await f.sync()
    expect(await f.app.db.venueEvent.findFirst()).toMatchObject({ pictureKey: null, namedKeys: '' })
    expect(await f.app.pictures.collect()).toBe(1)
  })

  it('keeps its object though the answer of D1 was lost, and takes it from D1 before it deletes it', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set('/cox.jpg', { body: await jpeg(), etag: '"1"' })
    f.list([{ title: 'Carl Cox', image: '/cox.jpg' }])
    await f.scrape()
    await f.sync()
    // as if the service had been killed between the row that D1 took and the note that it did
    await f.app.db.venueEvent.updateMany({ data: { syncedRevision: 0 } })
    await f.app.db.image.updateMany({ data: { deletedAt: new Date() } })
    await f.app.db.artist.updateMany({ data: { picturesDueAt: new Date() } })
    await untilNoneIsShown(f.app)
    await f.app.pictures.collect()
    expect(await f.app.db.artistPicture.findMany()).toMatchObject([{ name: 'hd' }])
    expect(await f.sync({ which: 'DUE' })).toMatchObject({ status: 'SUCCEEDED', succeededCount: 1 })
    expect(await f.app.pictures.collect()).toBe(1)
  })

  it('is there again when a deleted photo is sent again', async () => {
    await using app = await createTestApp()
    const bytes = await jpeg()
    const { image } = await app.process(bytes, artist)
    await app.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', { id: image.id })
    await untilNoneIsShown(app)
    await app.process(bytes, artist)
    await untilShown(app, image.id)
  })

  it('is brought up to date by one process at a time', async () => {
    await using app = await createTestApp()
    const { image } = await app.process(await jpeg(), artist)
    const { artistId } = await app.db.artistPicture.findFirstOrThrow()
    await app.db.artist.updateMany({ data: { showingUntil: new Date(Date.now() + 60_000), picturesDueAt: null } })
    const other = await app.process(await jpeg(), artist)
    expect(await shownImage(app)).toBe(databaseId(image.id))
    expect(await app.db.artist.findUniqueOrThrow({ where: { id: artistId } })).toMatchObject({
      picturesDueAt: expect.any(Date),
    })
    await app.db.artist.updateMany({ data: { showingUntil: new Date(Date.now() - 1) } })
    await untilShown(app, other.image.id)
  })

  it('is found by a comparison with storage when it is gone, and mended', async () => {
    await using app = await createTestApp()
    await app.process(await jpeg(), artist)
    const file = alias(app, 'carl-cox_direct_main.jpg')
    await rm(file)
    const reconcile = async (fix: boolean) => {
      await app.gql(`mutation { reconcileStorage(input: { fix: ${fix} }) { __typename } }`)
      await app.dispatcher.idle()
      return app.db.runEvent.findMany({ where: { type: 'OBJECT_BROKEN' } })
    }
    expect(await reconcile(false)).toHaveLength(1)
    await expect(stat(file)).rejects.toThrow('ENOENT')
    await reconcile(true)
    expect((await stat(file)).size).toBeGreaterThan(0)
  })
})
