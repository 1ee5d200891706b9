import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { countQueries } from '../support/queries.ts'
import { createScrapeFixture, type Night } from '../support/venue-site.ts'

const nights = (count: number): Night[] =>
  Array.from({ length: count }, (_, at) => ({ title: `DJ Number ${at % 300}`, date: '20300501', image: null }))

describe('a page of any size', () => {
  it('is recorded whole, and then only the events that have changed are written', async () => {
    await using f = await createScrapeFixture()
    const { db } = f.app
    const listed = nights(3_000)
    f.list(listed)
    expect(await f.scrape()).toMatchObject({ status: 'SUCCEEDED', outcome: 'CLEAN' })
    const before = await db.venueEvent.findMany({ orderBy: { id: 'asc' } })
    expect(before).toHaveLength(3_000)
    expect(await db.artist.count()).toBe(300)
    expect((await db.venuePage.findFirstOrThrow()).eventIds).toHaveLength(3_000)

    f.list(listed.map((night, at) => (at === 2_500 ? { ...night, title: 'Carl Cox' } : night)))
    expect(await f.scrape()).toMatchObject({ status: 'SUCCEEDED', outcome: 'CLEAN' })
    const after = await db.venueEvent.findMany({ orderBy: { id: 'asc' } })
    const changed = after.filter(({ revision }, at) => revision !== before[at]?.revision)
    expect(changed).toMatchObject([{ artistSlug: 'carl-cox', title: 'Carl Cox', revision: 2 }])
    expect(new Set(after.map(({ seenAt }) => seenAt.getTime())).size).toBe(1)
    expect(after[0]?.seenAt.getTime()).toBeGreaterThan(before[0]?.seenAt.getTime() ?? 0)

    expect(await f.scrape()).toMatchObject({ outcome: 'NOTHING_TO_DO' })
    const seen = await db.venueEvent.findMany({ distinct: ['seenAt'] })
    expect(seen).toHaveLength(1)
    expect(seen[0]?.seenAt.getTime()).toBeGreaterThan(after[0]?.seenAt.getTime() ?? 0)
  }, 60_000)
})

/** What the pictures that are shown cost the database while a page of artists with one picture stays as it is. */
async function costOf(artists: number): Promise<number> {
  await using f = await createScrapeFixture()
  f.site.pages.set('/all.jpg', { body: await jpeg(), etag: '"1"' })
  f.list(Array.from({ length: artists }, (_, at) => ({ title: `DJ Number ${at}`, image: '/all.jpg' })))
  await f.scrape()
  const due = () => f.app.db.artist.count({ where: { picturesDueAt: { not: null } } })
  await eventually('the pictures of all artists are shown', async () => (await due()) === 0)
  return await countQueries(f.app, () => f.scrape(), 'ArtistPicture')
}

describe('artists that share a picture', () => {
  it('cost each as much as any other, however many they are', async () => {
    const [six, twelve] = [await costOf(6), await costOf(12)]
    expect(six).toBeGreaterThan(0)
    expect(twelve / six).toBeLessThan(3)
  }, 60_000)
})
