import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type D1Engine, startD1Engine } from '../support/d1-engine.ts'
import { type D1Server, d1Env, startD1Server } from '../support/d1-server.ts'
import { jpeg } from '../support/images.ts'
import { createScrapeFixture, type ScrapeFixture } from '../support/venue-site.ts'

let engine: D1Engine
beforeAll(async () => {
  engine = await startD1Engine()
})
afterAll(() => engine[Symbol.asyncDispose]())

/** A service that has read a page with an artist a night, and the real D1 that it is to tell. */
async function withD1(
  nights: number,
  test: (f: ScrapeFixture, d1: D1Server) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await using d1 = await startD1Server(engine)
  await d1.execute('DROP TABLE IF EXISTS events')
  await using f = await createScrapeFixture({ env: { ...d1Env(d1), ...env } })
  f.site.pages.set('/a.jpg', { body: await jpeg(), etag: '"a"' })
  f.list(Array.from({ length: nights }, (_, at) => ({ title: `DJ Number ${at}`, image: '/a.jpg' })))
  await f.scrape()
  await test(f, d1)
}

const rows = (d1: D1Server) => d1.execute('SELECT id, artist_slug, artist_image_url, revision FROM events ORDER BY id')

/** Each event of the database is in D1 as it is, and nothing else. */
async function expectConverged({ app }: ScrapeFixture, d1: D1Server): Promise<void> {
  const events = await app.db.venueEvent.findMany({ orderBy: { id: 'asc' } })
  expect(await rows(d1)).toEqual(
    events.map(({ id, artistSlug, pictureKey, pictureSha256, revision }) => ({
      id,
      artist_slug: artistSlug,
      artist_image_url: expect.stringContaining(`/${pictureKey}?v=${pictureSha256?.slice(0, 8)}`),
      revision,
    })),
  )
  expect(events.every(({ revision, syncedRevision, syncError }) => revision === syncedRevision && !syncError)).toBe(
    true,
  )
}

describe('a sync to D1', () => {
  it('sends every event once, all in one request, and then nothing', async () => {
    await withD1(30, async (f, d1) => {
      await f.sync()
      await expectConverged(f, d1)
      const inserts = () => d1.log.filter(({ statements }) => statements.some(({ sql }) => sql.startsWith('INSERT')))
      const before = inserts().length
      expect(before).toBe(1)
      expect(await f.sync()).toMatchObject({ outcome: 'NOTHING_TO_DO' })
      expect(inserts()).toHaveLength(before)
    })
  })

  it('converges though answers are lost, the limit is reached, and Cloudflare is away for a while', async () => {
    await withD1(5, async (f, d1) => {
      const busy = { status: 429, headers: { 'retry-after': '1' }, body: { code: 971, message: 'Please wait' } }
      d1.failNext('lost answer', busy, { status: 502, body: '<html>Bad gateway</html>' })
      const run = await f.sync()
      expect(run).toMatchObject({ status: 'SUCCEEDED', failedCount: 0 })
      expect(run.tasks[0]?.attempt).toBe(4)
      await expectConverged(f, d1)
    })
  })

  it('fails with a sentence when the token is not valid, keeps what is to be sent, and sends it once it is', async () => {
    await withD1(2, async (f, d1) => {
      d1.failNext({ status: 401, body: { code: 10000, message: 'Authentication error' } })
      const run = await f.sync()
      expect(run).toMatchObject({ status: 'FAILED' })
      expect(run.tasks).toMatchObject([{ errorCode: 'D1_REFUSED', attempt: 1, httpStatus: 401, errorStage: 'SYNC' }])
      expect(run.lastError).toContain('D1_TOKEN')
      expect(await rows(d1).catch(() => [])).toEqual([])
      expect(await f.sync()).toMatchObject({ status: 'SUCCEEDED' })
      await expectConverged(f, d1)
    })
  })

  it('restores rows that were deleted or changed by hand, and leaves rows of others alone', async () => {
    await withD1(3, async (f, d1) => {
      await f.sync()
      const [first, second] = await rows(d1)
      await d1.execute('DELETE FROM events WHERE id = ?', first?.id)
      await d1.execute("UPDATE events SET artist_slug = 'vandal' WHERE id = ?", second?.id)
      await d1.execute("INSERT INTO events (id, artist_slug) VALUES ('other', 'somebody')")
      // the read succeeds, and what is sent then is refused: that is on record until it is not
      d1.failNext(null, { status: 401, body: { code: 10000, message: 'Authentication error' } })
      expect(await f.sync()).toMatchObject({ status: 'FAILED' })
      expect(await f.app.db.venueEvent.count({ where: { syncError: { contains: 'D1_TOKEN' } } })).toBe(2)
      expect(await f.sync()).toMatchObject({ status: 'SUCCEEDED', succeededCount: 1 })
      expect(await d1.execute("DELETE FROM events WHERE id = 'other' RETURNING artist_slug")).toEqual([
        { artist_slug: 'somebody' },
      ])
      await expectConverged(f, d1)
    })
  })

  it('only tells what it would send when it is only to tell', async () => {
    await withD1(2, async (f, d1) => {
      const run = await f.sync({ dryRun: true })
      const told = await f.app.db.runEvent.findMany({
        where: { runId: run.id, type: { in: ['ROW_DIFFERS', 'ROWS_SENT'] } },
      })
      expect(told.map(({ payload }) => (payload as { message: string }).message)).toEqual([
        expect.stringMatching(/: is new\.$/),
        expect.stringMatching(/: is new\.$/),
        expect.stringMatching(/^2 rows would be sent to Cloudflare D1/),
      ])
      expect(await rows(d1)).toEqual([])
    })
  })

  it('sends every row again when asked for all', async () => {
    await withD1(2, async (f, d1) => {
      await f.sync()
      const before = await rows(d1)
      expect(await f.sync({ which: 'ALL' })).toMatchObject({ outcome: 'CLEAN' })
      expect((await rows(d1)).map(({ revision }) => revision)).toEqual(before.map((row) => Number(row.revision) + 1))
      await expectConverged(f, d1)
    })
  })

  it('begins by itself once something has changed', async () => {
    const test = async (f: ScrapeFixture, d1: D1Server) => {
      const isDone = async () => (await f.app.db.venueEvent.count({ where: { syncedRevision: 2 } })) === 1
      f.app.bell.ring('outbox', 'somebody')
      for (let tries = 0; tries < 200 && !(await isDone()); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await expectConverged(f, d1)
    }
    await withD1(1, test, { D1_AUTO_SYNC: 'true' })
  })
})
