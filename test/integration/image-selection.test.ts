import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { post } from '../support/client.ts'
import { databaseId } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'
import { imageRow } from '../support/rows.ts'
import { overSse } from '../support/subscribe.ts'

const states = ['READY', 'PROCESSING', 'PARTIAL', 'FAILED', 'DELETED'] as const
type Counts = Record<'total' | Lowercase<(typeof states)[number]>, number>

const deleteImages = `mutation ($ids: [ID!]!) {
  deleteImages(input: { ids: $ids }) {
    ... on DeleteImagesPayload { deletedCount } ... on Error { code } ... on InvalidInputError { field }
  }
}`

const nobody = Buffer.from('Image:01a1fc0f-0000-7000-8000-000000000000').toString('base64')

describe(`on ${provider}`, () => {
  let app: TestApp
  const ids: string[] = []
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets' } })
    for (const artistName of ['Carl Cox', 'Carl Cox', 'Tiësto']) {
      ids.push((await app.process(await jpeg(), { artistName })).image.id)
    }
    const partial = await app.process(await jpeg())
    await app.db.variantSet.updateMany({ where: { imageId: databaseId(partial.image.id) }, data: { ready: false } })
    await app.process(await damagedJpeg())
    app.dispatcher.concurrency = 0
    await app.upload(await jpeg())
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const counts = async () => {
    const fields = states.map(
      (state) => `${state.toLowerCase()}: images(filter: { status: [${state}] }) { totalCount }`,
    )
    return app.gql<{ imageCounts: Counts; images: { totalCount: number } } & Record<string, { totalCount: number }>>(
      `{ imageCounts { total ready processing partial failed deleted } images { totalCount } ${fields.join(' ')} }`,
    )
  }

  const idsOf = async (filter: object) =>
    (
      await app.gql<{ imageIds: { ids: string[]; isWhole: boolean } }>(
        'query ($filter: ImageFilter) { imageIds(filter: $filter) { ids isWhole } }',
        { filter },
      )
    ).imageIds

  const remove = async (some: string[]) =>
    (await app.gql<{ deleteImages: object }>(deleteImages, { ids: some })).deleteImages

  it('counts images by state, each as the list of that state does', async () => {
    const { imageCounts, images, ...lists } = await counts()
    expect(imageCounts).toEqual({ total: 6, ready: 3, processing: 1, partial: 1, failed: 1, deleted: 0 })
    expect(images.totalCount).toBe(imageCounts.total)
    for (const state of states.map((each) => each.toLowerCase() as Lowercase<typeof each>)) {
      expect(lists[state]?.totalCount, state).toBe(imageCounts[state])
    }
  })

  it('counts at one moment, while others write', async () => {
    const writing = Array.from({ length: 20 }, async () => app.db.image.create({ data: imageRow() }))
    const looks = Array.from({ length: 20 }, async () => (await counts()).imageCounts)
    for (const { total, ready, processing, partial, failed } of await Promise.all(looks)) {
      expect(ready + processing + partial + failed).toBe(total)
      expect([ready, processing, partial]).toEqual([3, 1, 1])
    }
    const made = await Promise.all(writing)
    await app.db.image.deleteMany({ where: { id: { in: made.map(({ id }) => id) } } })
  })

  it('tells the ids of all that a filter is about, newest first', async () => {
    const [first, second, third] = ids
    expect(await idsOf({ status: ['READY'] })).toEqual({ ids: [third, second, first], isWhole: true })
    expect(await idsOf({ artistSlug: 'tiesto' })).toEqual({ ids: [third], isWhole: true })
    expect((await idsOf({})).ids).toHaveLength(6)
  })

  it('deletes many images at once, tells of each, and counts those that it has deleted', async () => {
    await using watching = overSse<{ imageUpdated: { id: string; status: string } }>(app.url, {
      query: 'subscription { imageUpdated { id status } }',
    })
    const heard = watching.results.next()
    await expect.poll(() => app.bell.listenerCount).toBe(1)
    const [first = '', second = '', third = ''] = ids
    expect(await remove([first, first, second, nobody])).toEqual({ deletedCount: 2 })
    expect(await remove([second, third])).toEqual({ deletedCount: 1 })
    const told = [(await heard).value?.data?.imageUpdated]
    while (told.length < 3) told.push((await watching.results.next()).value?.data?.imageUpdated)
    expect(told.map((image) => image?.id).sort()).toEqual([first, second, third].sort())
    expect(told.map((image) => image?.status)).toEqual(['DELETED', 'DELETED', 'DELETED'])
    expect((await counts()).imageCounts).toMatchObject({ total: 3, ready: 0, deleted: 3 })
    expect((await idsOf({ status: ['DELETED'] })).ids).toEqual([third, second, first])
  })

  it('does not begin the grace period of what is deleted anew', async () => {
    const deletedAt = async () =>
      (await app.db.image.findMany({ orderBy: { id: 'asc' } })).map((image) => image.deletedAt)
    const before = await deletedAt()
    expect(await remove(ids)).toEqual({ deletedCount: 0 })
    expect(await deletedAt()).toEqual(before)
  })

  it.each([
    ['none', 0],
    ['more than a thousand', 1_001],
  ])('refuses to delete %s', async (_what, count) => {
    const some = Array.from({ length: count }, () => nobody)
    expect(await remove(some)).toEqual({ code: 'INVALID_INPUT', field: 'ids' })
  })

  it('tells at most 10,000 ids, and that there are more', async () => {
    const { id, ...row } = await app.db.image.create({ data: imageRow() })
    const others = Object.keys(row).map((column) => `"${column}"`)
    const values = others.map((column) => (column === '"sha256"' ? `"sha256" || '-' || i` : column))
    // in SQL, since the client takes half a minute for so many
    await app.db.$executeRawUnsafe(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO "Image" ("id", ${others}) SELECT "id" || '-' || i, ${values} FROM "Image", n WHERE "id" = '${id}'`)
    const { ids: all, isWhole } = await idsOf({})
    expect([new Set(all).size, isWhole]).toEqual([10_000, false])
    const { imageCounts } = await counts()
    expect(imageCounts.total).toBeGreaterThan(10_000)
    await app.db.image.deleteMany({ where: { originalKey: 'originals/none.jpg' } })
  })

  it('takes no two lists of ids in one query', async () => {
    const answer = await post(app.url, '{ imageIds { ids } again: imageIds { ids } }')
    expect([answer.status, answer.errors?.[0]?.extensions?.code]).toEqual([400, 'QUERY_TOO_COMPLEX'])
  })
})
