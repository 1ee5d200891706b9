import { describe, expect, it } from 'vitest'
import { createScrapeFixture, listingPath, listTwo } from '../support/venue-site.ts'

describe('a page that a scrape reads', () => {
  it('keeps what was read when a page shows nothing that can be read, and says so', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    await f.scrape()
    f.site.pages.set(listingPath, { body: Buffer.from('<html><title>Just a moment...</title></html>') })
    const run = await f.scrape()
    expect(run).toMatchObject({ status: 'FAILED', outcome: 'ALL_FAILED' })
    expect(run.tasks).toMatchObject([{ status: 'FAILED', errorCode: 'SOURCE_BLOCKED' }])
    expect(run.lastError).toContain('blocks us, or has changed')
    expect(await f.app.db.venueEvent.count()).toBe(2)
    expect(await f.app.db.venuePage.findFirst()).toMatchObject({ blocked: true })
    expect((await f.app.db.venuePage.findFirstOrThrow()).eventIds).toHaveLength(2)
  })

  it('tells what is on a page and records nothing, when it is only to tell', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    const run = await f.scrape({ dryRun: true })
    const events = await f.app.db.runEvent.findMany({ where: { runId: run.id }, orderBy: { seq: 'asc' } })
    const told = events.filter(({ type }) => type.startsWith('EVENT_')).map(({ payload }) => payload)
    expect(told).toMatchObject([
      { message: expect.stringContaining('LIV Las Vegas (liv): Carl Cox (carl-cox), 1 picture.') },
      { message: expect.stringContaining('LIV Beach (livb): Peggy Gou (peggy-gou), 1 picture.') },
      { message: 'Skipped "TBA": placeholder.' },
    ])
    expect(run.totalCount).toBe(1)
    expect(await f.app.db.venueEvent.count()).toBe(0)
    expect(await f.app.db.image.count()).toBe(0)
  })

  it('leaves out nights that are over, and says so', async () => {
    await using f = await createScrapeFixture()
    f.list([
      { title: 'Carl Cox', date: '20200101', image: null },
      { title: 'Peggy Gou', image: null },
    ])
    await f.scrape()
    expect(await f.app.db.venueEvent.findMany()).toMatchObject([{ artistSlug: 'peggy-gou' }])
    const { skipped } = await f.app.db.venuePage.findFirstOrThrow()
    expect(skipped).toMatchObject([{ title: 'Carl Cox', reason: 'past' }])
  })

  it('says how much more there is where a page has more than is told one by one', async () => {
    await using f = await createScrapeFixture()
    f.list(Array.from({ length: 230 }, (_, at) => ({ title: `DJ Number ${at}`, date: '20300501', image: null })))
    const run = await f.scrape({ dryRun: true })
    const told = await f.app.db.runEvent.findMany({
      where: { runId: run.id, type: { in: ['PAGE_READ', 'EVENT_FOUND'] } },
    })
    expect(told).toHaveLength(201)
    expect(told.at(-1)?.payload).toMatchObject({ message: expect.stringMatching(/^… and 31 more of /) })
  })
})
