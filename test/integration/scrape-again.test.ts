import { describe, expect, it } from 'vitest'
import { sweepPages } from '../../src/services/venue-pages.ts'
import { jpeg } from '../support/images.ts'
import { globalId, holdRun } from '../support/venue-rows.ts'
import { createScrapeFixture, listingPath, livPage, type ScrapeFixture } from '../support/venue-site.ts'

const dayMs = 24 * 3_600_000
const ago = (days: number) => new Date(Date.now() - days * dayMs)
const cox = { title: 'Carl Cox', image: '/cox.jpg' }
const challenge = { body: Buffer.from('<html><title>Just a moment...</title></html>') }

/** How often the picture was asked for since this was asked last. */
function timesAsked({ site }: ScrapeFixture): number {
  const times = site.asked.filter(({ path }) => path === cox.image).length
  site.asked.length = 0
  return times
}

const messages = async ({ app }: ScrapeFixture, runId: string) => {
  const events = await app.db.runEvent.findMany({ where: { runId, type: 'TASK_SKIPPED' }, orderBy: { seq: 'asc' } })
  return events.map(({ payload }) => (payload as { message: string }).message)
}

describe('a scrape of what was read before', () => {
  it('asks after seven days again for a picture whose owner cannot say that it has not changed', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set(cox.image, { body: await jpeg() })
    f.list([cox])
    await f.scrape()
    expect(timesAsked(f)).toBe(1)
    const fetchedAt = ago(6)
    await f.app.db.source.updateMany({ data: { fetchedAt } })
    await f.scrape()
    expect(timesAsked(f)).toBe(0)
    expect(await f.app.db.source.findFirst()).toMatchObject({ fetchedAt })
    await f.app.db.source.updateMany({ data: { fetchedAt: ago(8) } })
    await f.scrape()
    expect(timesAsked(f)).toBe(1)
    expect((await f.app.db.source.findFirstOrThrow()).fetchedAt.getTime()).toBeGreaterThan(fetchedAt.getTime())
  })

  it('leaves a picture deleted that somebody has deleted here, whether the page has changed or not', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set(cox.image, { body: await jpeg(), etag: '"1"' })
    f.list([cox])
    await f.scrape()
    const { id } = await f.app.db.image.findFirstOrThrow()
    await f.app.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', {
      id: globalId('Image', id),
    })
    timesAsked(f)
    const why = 'The picture of liv/carl-cox was deleted here; restore it to show it again.'
    const unchanged = await f.scrape()
    expect(await messages(f, unchanged.id)).toContain(why)
    f.list([cox, { title: 'TBA', image: null }])
    const changed = await f.scrape()
    expect(changed.tasks.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SKIPPED'])
    expect(await messages(f, changed.id)).toEqual([why])
    expect(timesAsked(f)).toBe(0)
    expect(await f.app.db.image.findMany()).toMatchObject([{ id, deletedAt: expect.any(Date) }])
  })

  it('shows the next picture of an artist whose first one was deleted here, also after its collection', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set(cox.image, { body: await jpeg(), etag: '"1"' })
    f.site.pages.set('/other.jpg', { body: await jpeg(), etag: '"2"' })
    f.list([cox])
    await f.scrape()
    await f.app.db.image.deleteMany()
    timesAsked(f)
    f.list([cox, { ...cox, image: '/other.jpg' }])
    expect(await f.scrape()).toMatchObject({ status: 'SUCCEEDED', failedCount: 0 })
    expect(await f.app.db.image.findMany()).toMatchObject([{ filename: 'other.jpg' }])
    expect(timesAsked(f)).toBe(0)
  })

  it('reads a page anew that another reader has read, though it has not changed', async () => {
    await using f = await createScrapeFixture()
    f.list([{ ...cox, image: null }])
    await f.scrape()
    expect(await f.scrape()).toMatchObject({ outcome: 'NOTHING_TO_DO' })
    await f.app.db.venuePage.updateMany({ data: { reader: 0 } })
    f.site.asked.length = 0
    expect(await f.scrape()).toMatchObject({ outcome: 'CLEAN' })
    expect(f.site.asked.find(({ path }) => path === listingPath)?.ifNoneMatch).toBeUndefined()
    expect(await f.scrape()).toMatchObject({ outcome: 'NOTHING_TO_DO' })
  })

  it('ends well where a listing of TAO has no page after a full one', async () => {
    await using f = await createScrapeFixture()
    const api = '/wp-json/wp/v2/events'
    const row = { id: 1, slug: '5-28-2030-carl-cox-omnia', title: { rendered: 'Carl Cox' }, event_venue: [313] }
    const code = { code: 'rest_post_invalid_page_number', message: 'No such page.', data: { status: 400 } }
    const answers = [
      { body: Buffer.from(JSON.stringify([row])) },
      { status: 400, body: Buffer.from(JSON.stringify(code)) },
    ]
    const pages = [{ source: 'TAO', url: f.site.url(`${api}?per_page=1&page=1`) }]
    for (const time of ['first', 'second']) {
      const left = [...answers]
      f.site.pages.set(api, () => left.shift() ?? { status: 500 })
      const run = await f.scrape({ pages })
      expect(run, time).toMatchObject({ status: 'SUCCEEDED', outcome: 'CLEAN', succeededCount: 1, skippedCount: 1 })
      expect(await messages(f, run.id)).toEqual([
        `${f.site.url(`${api}?per_page=1&page=2`)} comes after the last page of its listing.`,
      ])
    }
    expect(await f.app.db.venueEvent.count()).toBe(1)
  })
})

describe('a dry run', () => {
  it.each([
    ['that can be read', { body: livPage([cox]) }],
    ['that shows nothing', challenge],
    ['that is not there', { status: 404 }],
    ['whose site fails each time', { status: 500 }],
  ])('leaves nothing of a new page %s', async (_which, page) => {
    await using f = await createScrapeFixture()
    f.site.pages.set(listingPath, page)
    await f.scrape({ dryRun: true })
    expect(await f.app.db.venuePage.count()).toBe(0)
  })

  it.each([
    ['that can be read', livPage([cox])],
    ['that shows nothing', challenge.body],
  ])('keeps what was read before and not the file %s', async (_which, document) => {
    await using f = await createScrapeFixture()
    f.list([{ title: 'Peggy Gou', image: null }])
    await f.scrape()
    const before = await f.app.db.venuePage.findMany()
    await f.app.db.venuePage.updateMany({ data: { document: new Uint8Array(document) } })
    await f.scrape({ dryRun: true })
    expect(await f.app.db.venuePage.findMany()).toEqual(before)
  })
})

it('sweeps pages that were never read and files that nobody can read, and nothing that a scrape waits for', async () => {
  await using f = await createScrapeFixture()
  const { db } = f.app
  const add = (name: string, facts: object) =>
    db.venuePage.create({
      data: {
        ...{ url: `document://liv/${name}`, source: 'liv', eventIds: [], skipped: [], warnings: [], next: [] },
        document: new Uint8Array([1]),
        ...facts,
      },
    })
  // first: the service sweeps by itself when it starts
  const run = await holdRun(f.app, 'SCRAPE', 'scrape')
  await db.run.update({ where: { id: run.id }, data: { pausedAt: new Date() } })
  await db.task.create({
    data: { runId: run.id, lane: 1, position: 1, plannedWork: 1, subject: 'document://liv/wanted' },
  })
  await add('unread', { createdAt: ago(2) })
  await add('new', {})
  await add('wanted', { createdAt: ago(2) })
  await add('blocked', { createdAt: ago(20), readAt: ago(8), blocked: true })
  await add('blocked lately', { createdAt: ago(20), readAt: ago(6), blocked: true })
  await sweepPages(db)
  const left = await db.venuePage.findMany({ orderBy: { url: 'asc' } })
  expect(left.map(({ url, document }) => [url.slice('document://liv/'.length), document !== null])).toEqual([
    ['blocked', false],
    ['blocked lately', true],
    ['new', true],
    ['wanted', true],
  ])
})
