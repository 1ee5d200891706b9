import { readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { jpeg } from '../support/images.ts'
import { createScrapeFixture } from '../support/venue-site.ts'

const artist = { artistName: 'Carl Cox', recipes: ['artist'] }
const alias = (app: TestApp, name: string) => path.join(app.dir, 'artists/carl-cox', name)

/** Waits until what the service does by itself has been done. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('It has not happened in 10 s.')
}

const shownImage = async (app: TestApp, venueTag = 'direct') =>
  (await app.db.artistPicture.findFirst({ where: { venueTag, name: 'hd', retiredAt: null } }))?.imageId

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
    await until(async () => (await shownImage(app, 'xs')) === databaseId(old.image.id))
    expect(await shownImage(app, 'liv')).toBe(databaseId(old.image.id))
    await pin(app, null)
    await until(async () => (await shownImage(app, 'xs')) === databaseId(recent.image.id))
  })

  it('is made of a pinned photo that has no variants for it yet', async () => {
    await using app = await createTestApp()
    await app.process(await jpeg(), artist)
    const plain = await app.process(await jpeg(), { ...artist, recipes: ['presets'] })
    await pin(app, plain.image.id)
    await until(async () => (await shownImage(app)) === databaseId(plain.image.id))
  })

  it('is another when its photo is deleted, and the deleted one again when it is restored', async () => {
    await using app = await createTestApp()
    const first = await app.process(await jpeg(), artist)
    const second = await app.process(await jpeg(), artist)
    const change = (name: string) =>
      app.gql(`mutation ($id: ID!) { ${name}(input: { id: $id }) { __typename } }`, { id: second.image.id })
    await change('deleteImage')
    await until(async () => (await shownImage(app)) === databaseId(first.image.id))
    await change('restoreImage')
    await until(async () => (await shownImage(app)) === databaseId(second.image.id))
  })

  it('is taken away, with its object, once the last photo is deleted', async () => {
    await using app = await createTestApp()
    const { image } = await app.process(await jpeg(), artist)
    await app.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', { id: image.id })
    await until(async () => (await app.db.artistPicture.count({ where: { retiredAt: null } })) === 0)
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
    await until(async () => (await f.app.db.artistPicture.count({ where: { retiredAt: null } })) === 0)
    expect(await f.app.pictures.collect()).toBe(0)
    await f.sync()
    expect(await f.app.db.venueEvent.findFirst()).toMatchObject({ pictureKey: null })
    expect(await f.app.pictures.collect()).toBe(2)
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
