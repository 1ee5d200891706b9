import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { provider } from '../support/databases.ts'
import { jpeg, picture } from '../support/images.ts'
import { createScrapeFixture, listingPath, listTwo, type ScrapeFixture, twoPictures } from '../support/venue-site.ts'

const { cox, gou } = twoPictures

/** What D1's embedded file has. */
async function d1Rows({ app }: ScrapeFixture) {
  await using d1 = await openD1({ file: path.join(app.dir, 'private/d1.db'), cloudflare: null })
  return await d1.read(null, 1_000, AbortSignal.timeout(20_000))
}

/** Each row's picture is fetched and compared with what is on record. */
async function expectPublished(f: ScrapeFixture): Promise<void> {
  for (const { id, artistImageUrl } of await d1Rows(f)) {
    const { pictureSha256 } = await f.app.db.venueEvent.findUniqueOrThrow({ where: { id } })
    const answer = await fetch(artistImageUrl ?? '')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('image/jpeg')
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(pictureSha256)
  }
}

describe(`a venue page on ${provider}`, () => {
  it('ends as rows of D1 whose pictures are what is on record', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    expect(await f.scrape()).toMatchObject({ kind: 'SCRAPE', status: 'SUCCEEDED', totalCount: 3, failedCount: 0 })
    expect(await f.sync()).toMatchObject({ kind: 'SYNC', status: 'SUCCEEDED', outcome: 'CLEAN' })

    const rows = await d1Rows(f)
    expect(rows.map(({ artistSlug, artistName, venueTag }) => [artistSlug, artistName, venueTag]).sort()).toEqual([
      ['carl-cox', 'Carl Cox', 'liv'],
      ['peggy-gou', 'Peggy Gou', 'livb'],
    ])
    await expectPublished(f)
    const file = path.join(f.app.dir, 'artists/carl-cox/carl-cox_liv_main.jpg')
    expect((await readFile(file)).subarray(0, 2).toString('hex')).toBe('ffd8')
    const events = await f.app.db.venueEvent.findMany()
    expect(events.every(({ revision, syncedRevision }) => revision === syncedRevision)).toBe(true)
  })

  it('costs one conditional request, as does each picture, while nothing changes, and nothing is sent', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    await f.scrape()
    await f.sync()
    f.site.asked.length = 0
    expect(await f.scrape()).toMatchObject({ outcome: 'NOTHING_TO_DO', skippedCount: 3 })
    expect(await f.sync()).toMatchObject({ outcome: 'NOTHING_TO_DO' })
    const pages = f.site.asked.filter((asked) => asked.path !== '/robots.txt')
    expect(pages.map((asked) => [asked.path, asked.ifNoneMatch]).sort()).toEqual([
      [gou, '"gou 1"'],
      [listingPath, '"page 1"'],
      [cox, '"cox 1"'],
    ])
  })

  it('has what was deleted by hand restored by the next scrape, and nothing else made', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    await f.scrape()
    await f.sync()
    const before = await f.app.db.artistPicture.findMany({ orderBy: { key: 'asc' } })
    const alias = path.join(f.app.dir, 'artists/carl-cox/carl-cox_liv_hd.jpg')
    await rm(alias)
    const variant = await f.app.db.variant.findFirstOrThrow({
      where: { name: 'main', set: { image: { filename: 'peggy-gou_500.jpg' } } },
    })
    await rm(path.join(f.app.dir, variant.key))
    const [lost] = await d1Rows(f)
    await deleteRow(f, lost?.id ?? '')

    expect(await f.scrape()).toMatchObject({ status: 'SUCCEEDED', succeededCount: 2, skippedCount: 1 })
    const sync = await f.sync()
    const sent = await f.app.db.runEvent.findMany({ where: { runId: sync.id, type: 'ROW_DIFFERS' } })
    expect(sent.map(({ payload }) => (payload as { message: string }).message)).toEqual([
      expect.stringMatching(new RegExp(`^${lost?.id}, .*: is missing in D1\\.$`)),
    ])
    expect(await d1Rows(f)).toHaveLength(2)
    await readFile(alias)
    await readFile(path.join(f.app.dir, variant.key))
    const after = await f.app.db.artistPicture.findMany({ orderBy: { key: 'asc' } })
    expect(after.map(({ key, sha256 }) => [key, sha256])).toEqual(before.map(({ key, sha256 }) => [key, sha256]))
    await expectPublished(f)
  })

  it('brings a picture that the venue has changed to D1 under another address', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    await f.scrape()
    await f.sync()
    const before = await d1Rows(f)
    f.site.pages.set(cox, { body: await jpeg(1500, 1500), etag: '"cox 2"' })
    await f.scrape()
    expect(await f.sync()).toMatchObject({ outcome: 'CLEAN', succeededCount: 1 })
    const changed = (await d1Rows(f)).filter(
      (row) => row.artistImageUrl !== before.find(({ id }) => id === row.id)?.artistImageUrl,
    )
    expect(changed).toMatchObject([{ artistSlug: 'carl-cox' }])
    expect(changed[0]?.revision).toBeGreaterThan(before.find(({ id }) => id === changed[0]?.id)?.revision ?? 0)
    await expectPublished(f)
  })
})

async function deleteRow({ app }: ScrapeFixture, id: string): Promise<void> {
  const { createClient } = await import('@libsql/client')
  const client = createClient({ url: `file:${path.join(app.dir, 'private/d1.db')}` })
  await client.execute({ sql: 'DELETE FROM events WHERE id = ?', args: [id] })
  client.close()
}

describe('a scrape', () => {
  it('asks a site only as far as its robots.txt allows', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    f.site.pages.set('/robots.txt', { body: Buffer.from('User-agent: *\nDisallow: /wp-content/') })
    const run = await f.scrape()
    expect(run.tasks.find(({ subject }) => subject === 'liv/carl-cox')).toMatchObject({
      status: 'FAILED',
      errorCode: 'SOURCE_BLOCKED',
      attempt: 1,
    })
    expect(run.tasks.find(({ subject }) => subject === 'livb/peggy-gou')).toMatchObject({ status: 'SUCCEEDED' })
    expect(f.site.asked.map((asked) => asked.path)).not.toContain(cox)
  })

  it('gives each artist at a venue one picture, the first good one of several nights', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set('/a.jpg', {
      body: Buffer.from('<html>no picture</html>'),
      headers: { 'content-type': 'image/jpeg' },
    })
    f.site.pages.set('/b.jpg', { body: await jpeg() })
    f.list([
      { title: 'Carl Cox', image: '/a.jpg' },
      { title: 'Carl Cox', image: '/b.jpg' },
      { title: 'Carl Cox', image: '/c.jpg' },
    ])
    const run = await f.scrape()
    expect(run.tasks.map(({ subject, status }) => [subject, status])).toEqual([
      [f.site.url(listingPath), 'SUCCEEDED'],
      ['liv/carl-cox', 'SUCCEEDED'],
    ])
    expect(f.site.asked.map((asked) => asked.path)).not.toContain('/c.jpg')
    expect(await f.app.db.venueEvent.count({ where: { pictureKey: { not: null } } })).toBe(3)
  })

  it('makes one image of a photo that two artists and venues share, and asks for it once', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set('/both.jpg', { body: await jpeg(), etag: '"1"' })
    f.list([
      { title: 'Carl Cox', image: '/both.jpg' },
      { title: 'Carl Cox', venue: 'LIV Beach', image: '/both.jpg' },
      { title: 'Peggy Gou', image: '/both.jpg' },
    ])
    expect(await f.scrape()).toMatchObject({ status: 'SUCCEEDED', failedCount: 0 })
    expect(f.site.asked.filter((asked) => asked.path === '/both.jpg')).toHaveLength(1)
    expect(await f.app.db.image.count()).toBe(1)
    expect(await f.app.db.artistPicture.count()).toBe(6)
  })

  it('shows an artist at a venue without a picture the best one from elsewhere', async () => {
    await using f = await createScrapeFixture()
    f.site.pages.set('/cox.jpg', { body: await jpeg() })
    f.list([
      { title: 'Carl Cox', image: '/cox.jpg' },
      { title: 'Carl Cox', venue: 'LIV Beach', image: null },
    ])
    await f.scrape()
    const keys = (await f.app.db.venueEvent.findMany({ orderBy: { venueTag: 'asc' } })).map(
      ({ pictureKey }) => pictureKey,
    )
    expect(keys).toEqual(['artists/carl-cox/carl-cox_liv_hd.jpg', 'artists/carl-cox/carl-cox_livb_hd.jpg'])
  })

  it('takes a page as a file, and refuses its pictures where the servers of venues are not to be asked', async () => {
    await using f = await createScrapeFixture()
    await listTwo(f)
    await expect(
      f.scrape({ pages: [{ source: 'LIV', url: 'https://www.livnightclub.com/las-vegas/events/' }] }),
    ).rejects.toThrow('SCRAPE_LIVE=true')
  })

  it('takes JPEG and PNG and nothing else from venues', async () => {
    await using f = await createScrapeFixture()
    const image = await picture(300, 300)
    f.site.pages.set('/a.jpg', { body: await image.webp().toBuffer() })
    f.site.pages.set('/b.png', { body: await image.png().toBuffer() })
    f.list([
      { title: 'Carl Cox', image: '/a.jpg' },
      { title: 'Peggy Gou', image: '/b.png' },
    ])
    const run = await f.scrape()
    expect(run.tasks.slice(1)).toMatchObject([
      { subject: 'liv/carl-cox', status: 'FAILED', errorCode: 'UNSUPPORTED_IMAGE_TYPE' },
      { subject: 'liv/peggy-gou', status: 'SUCCEEDED' },
    ])
    expect(await readFile(path.join(f.app.dir, 'artists/peggy-gou/peggy-gou_liv_hd.jpg'))).toBeTruthy()
  })
})
