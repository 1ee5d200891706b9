import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { expectConsistent } from '../support/engine.ts'
import { damagedJpeg, jpeg, picture } from '../support/images.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'

const mutation = `mutation ($input: ImportImagesInput!) {
  importImages(input: $input) {
    __typename
    ... on StartRunPayload { run { id kind scope totalCount } }
    ... on Error { code message retryable }
    ... on InvalidInputError { field }
  }
}`

interface Imported {
  __typename: string
  code?: string
  message?: string
  field?: string
  run: { id: string; kind: string; scope: string; totalCount: number }
}

interface Fixture extends AsyncDisposable {
  app: TestApp
  site: PictureSite
  start(urls: string[], input?: object): Promise<Imported>
  /** the run after its end, and its tasks */
  import(urls: string[], input?: object): ReturnType<typeof finished>
}

async function createFixture(): Promise<Fixture> {
  await using resources = new AsyncDisposableStack()
  const site = resources.use(await startPictureSite())
  const app = resources.use(await createTestApp({ env: { SOURCE_ALLOW: site.host } }))
  const start = async (urls: string[], input: object = {}) => {
    const variables = { input: { urls, artistName: 'Carl Cox', recipes: ['presets'], ...input } }
    return (await app.gql<{ importImages: Imported }>(mutation, variables)).importImages
  }
  const owned = resources.move()
  return {
    app,
    site,
    start,
    import: async (urls, input) => finished(app, (await start(urls, input)).run.id),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function finished(app: TestApp, runId: string) {
  await app.dispatcher.idle()
  const id = databaseId(runId)
  await expectConsistent(app.db, id)
  return app.db.run.findUniqueOrThrow({ where: { id }, include: { tasks: { orderBy: { position: 'asc' } } } })
}

describe(`importing on ${provider}`, () => {
  it('takes in what addresses hold, and makes every variant of it', async () => {
    await using f = await createFixture()
    f.site.pages.set('/a.jpg', { body: await jpeg() })
    f.site.pages.set('/photos/Peggy%20Gou.png', { body: await picture(300, 200).png().toBuffer() })
    const urls = [f.site.url('/a.jpg'), f.site.url('/photos/Peggy%20Gou.png'), f.site.url('/a.jpg#again')]
    const run = await f.import(urls, { venueTag: 'liv' })
    expect(run).toMatchObject({ kind: 'IMPORT', lane: 1, status: 'SUCCEEDED', outcome: 'CLEAN', totalCount: 2 })
    expect(run.tasks.map(({ subject }) => subject)).toEqual(urls.slice(0, 2))
    const images = await f.app.db.image.findMany({
      include: { sets: true, placements: { include: { artist: true } }, sources: true },
      orderBy: { filename: 'desc' },
    })
    expect(images.map(({ filename }) => filename)).toEqual(['a.jpg', 'Peggy Gou.png'])
    for (const image of images) {
      expect(image).toMatchObject({ source: 'URL', sets: [{ recipe: 'presets', ready: true }] })
      expect(image.placements).toMatchObject([{ venueTag: 'liv', artist: { slug: 'carl-cox' } }])
      expect(image.sources.map(({ url }) => url)).toEqual([image.sourceUrl])
    }
    const events = await f.app.db.runEvent.findMany({ where: { runId: run.id, type: 'SOURCE_FETCHED' } })
    expect(events).toHaveLength(2)
  })

  it('takes in more at once than it holds in memory, and loses no file meanwhile', async () => {
    await using resources = new AsyncDisposableStack()
    const body = () => picture(600, 450).png({ compressionLevel: 0 }).toBuffer()
    const sites: PictureSite[] = []
    for (let n = 0; n < 8; n += 1) sites.push(resources.use(await startPictureSite(`127.0.0.${21 + n}`)))
    for (const site of sites) site.pages.set('/a.png', { body: Buffer.concat([await body(), await jpeg()]) })
    const env = { SOURCE_ALLOW: sites.map(({ host }) => host).join(','), CONCURRENCY: '8' }
    const app = resources.use(await createTestApp({ env }))
    const urls = sites.map((site) => site.url('/a.png'))
    const { importImages } = await app.gql<{ importImages: Imported }>(mutation, {
      input: { urls, artistName: 'Carl Cox', recipes: ['artist'] },
    })
    const { tasks } = await finished(app, importImages.run.id)
    expect(tasks.map(({ status, attempt, errorMessage }) => [status, attempt, errorMessage])).toEqual(
      Array(8).fill(['SUCCEEDED', 1, null]),
    )
  })

  it('does not fetch again what has not changed, and takes what has as a new image', async () => {
    await using f = await createFixture()
    f.site.pages.set('/etag.jpg', { body: await jpeg(), etag: '"v1"' })
    f.site.pages.set('/date.jpg', { body: await jpeg(), lastModified: 'Sat, 21 Nov 2026 08:00:00 GMT' })
    const urls = [f.site.url('/etag.jpg'), f.site.url('/date.jpg')]
    await f.import(urls)
    expect(await f.import(urls)).toMatchObject({ outcome: 'NOTHING_TO_DO', skippedCount: 2 })
    expect(f.site.asked.slice(2).map(({ ifNoneMatch, ifModifiedSince }) => ifNoneMatch ?? ifModifiedSince)).toEqual([
      '"v1"',
      'Sat, 21 Nov 2026 08:00:00 GMT',
    ])
    expect(await f.app.db.image.count()).toBe(2)

    f.site.pages.set('/etag.jpg', { body: await jpeg(), etag: '"v2"' })
    expect(await f.import(urls)).toMatchObject({ succeededCount: 1, skippedCount: 1 })
    expect(await f.app.db.image.count()).toBe(3)
    expect(await f.app.db.source.findUniqueOrThrow({ where: { url: f.site.url('/etag.jpg') } })).toMatchObject({
      etag: '"v2"',
    })
  })

  it('brings back, with its bytes, a picture whose original is lost', async () => {
    await using f = await createFixture()
    f.site.pages.set('/a.jpg', { body: await jpeg(), etag: '"v1"' })
    await f.import([f.site.url('/a.jpg')])
    const { originalKey } = await f.app.db.image.findFirstOrThrow()
    await rm(path.join(f.app.dir, 'private', originalKey))
    expect(await f.import([f.site.url('/a.jpg')])).toMatchObject({ outcome: 'NOTHING_TO_DO', failedCount: 0 })
    const after = await f.app.db.image.findFirstOrThrow()
    expect(after.originalKey).not.toBe(originalKey)
    expect((await stat(path.join(f.app.dir, 'private', after.originalKey))).size).toBe(after.byteSize)
  })

  it('makes what is newly asked of a picture that has not changed', async () => {
    await using f = await createFixture()
    f.site.pages.set('/a.jpg', { body: await jpeg(), etag: '"v1"' })
    await f.import([f.site.url('/a.jpg')])
    const run = await f.import([f.site.url('/a.jpg')], { recipes: ['artist'], artistName: 'Peggy Gou', venueTag: 'xs' })
    expect(run).toMatchObject({ outcome: 'CLEAN', succeededCount: 1 })
    const image = await f.app.db.image.findFirstOrThrow({ include: { sets: true, placements: true } })
    expect(image.sets.map(({ recipe, ready }) => [recipe, ready]).sort()).toEqual([
      ['artist', true],
      ['presets', true],
    ])
    expect(image.placements).toHaveLength(2)
  })

  it('lets each address that fails fail by itself, with what its server said', async () => {
    await using f = await createFixture()
    f.site.pages.set('/good.jpg', { body: await jpeg() })
    f.site.pages.set('/gone.jpg', { status: 404 })
    f.site.pages.set('/secret.jpg', { status: 403 })
    f.site.pages.set('/page.jpg', {
      body: Buffer.from('<!doctype html><title>No</title>'),
      headers: { 'content-type': 'image/jpeg' },
    })
    f.site.pages.set('/small.jpg', { body: await jpeg(99, 100) })
    f.site.pages.set('/large.jpg', { body: Buffer.alloc(11 * 1024 * 1024) })
    f.site.pages.set('/inside.jpg', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } })
    const names = ['good', 'gone', 'secret', 'page', 'small', 'large', 'inside']
    const run = await f.import(names.map((name) => f.site.url(`/${name}.jpg`)))
    expect(run).toMatchObject({ status: 'SUCCEEDED', outcome: 'WITH_FAILURES', succeededCount: 1, failedCount: 6 })
    const told = run.tasks.map(({ status, attempt, errorCode, httpStatus }) => [status, attempt, errorCode, httpStatus])
    expect(told).toEqual([
      ['SUCCEEDED', 1, null, null],
      ['FAILED', 1, 'SOURCE_UNAVAILABLE', 404],
      ['FAILED', 1, 'SOURCE_UNAVAILABLE', 403],
      ['FAILED', 1, 'UNSUPPORTED_IMAGE_TYPE', null],
      ['FAILED', 1, 'IMAGE_TOO_SMALL', null],
      ['FAILED', 1, 'IMAGE_TOO_LARGE', null],
      ['FAILED', 1, 'SOURCE_BLOCKED', null],
    ])
    expect(await f.app.db.image.count()).toBe(1)
  })

  it('tries again what may pass, at most four times, and asks once more for what came damaged', async () => {
    await using f = await createFixture()
    const [good, other] = [await jpeg(), await jpeg()]
    let asked = 0
    f.site.pages.set('/flaky.jpg', () => {
      asked += 1
      return asked < 3 ? { status: 503 } : { body: good }
    })
    f.site.pages.set('/down.jpg', { status: 500 })
    let cut = 0
    f.site.pages.set('/cut-once.jpg', () => {
      cut += 1
      return { body: cut === 1 ? other.subarray(0, other.length / 2) : other }
    })
    f.site.pages.set('/cut.jpg', { body: good.subarray(0, good.length / 2) })
    const run = await f.import(['flaky', 'down', 'cut-once', 'cut'].map((name) => f.site.url(`/${name}.jpg`)))
    expect(run.tasks.map(({ status, errorCode }) => [status, errorCode])).toEqual([
      ['SUCCEEDED', expect.anything()],
      ['FAILED', 'SOURCE_UNAVAILABLE'],
      ['SUCCEEDED', null],
      ['FAILED', 'CORRUPT_IMAGE'],
    ])
    expect(f.site.asked.filter(({ path }) => path === '/down.jpg')).toHaveLength(4)
    expect(f.site.asked.filter(({ path }) => path === '/cut.jpg')).toHaveLength(2)
  })

  it('does once more what failed, when it is told to', async () => {
    await using f = await createFixture()
    f.site.pages.set('/late.jpg', { status: 404 })
    f.site.pages.set('/broken.jpg', { body: await damagedJpeg() })
    const { id } = await f.import([f.site.url('/late.jpg'), f.site.url('/broken.jpg')])
    f.site.pages.set('/late.jpg', { body: await jpeg() })
    const answer = await f.app.gql<{ retryRun: Imported }>(
      'mutation ($id: ID!) { retryRun(input: { id: $id }) { ... on StartRunPayload { run { id } } ... on Error { message } } }',
      { id: Buffer.from(`ProcessingRun:${id}`).toString('base64') },
    )
    const run = await finished(f.app, answer.retryRun.run.id)
    expect(run.tasks.map(({ status, errorCode }) => [status, errorCode])).toEqual([
      ['SUCCEEDED', null],
      ['FAILED', 'CORRUPT_IMAGE'],
    ])
  })
})

describe('an import that cannot be accepted', () => {
  it.each([
    ['no addresses', [], 'INVALID_INPUT', 'urls'],
    ['an address inside', ['https://example.com/a.jpg', 'http://127.0.0.1/a.jpg'], 'SOURCE_BLOCKED', undefined],
    ['a file', ['file:///etc/passwd'], 'SOURCE_BLOCKED', undefined],
    ['another port', ['https://example.com:8080/a.jpg'], 'SOURCE_BLOCKED', undefined],
  ])('is refused as a whole: %s', async (_name, urls, code, field) => {
    await using f = await createFixture()
    expect(await f.start(urls)).toMatchObject({ code, ...(field && { field }) })
    expect(await f.app.db.run.count()).toBe(0)
  })
})
