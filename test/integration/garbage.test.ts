import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'

const fields = '{ sets variants images events bytes }'
const nothing = { sets: 0, variants: 0, images: 0, events: 0, bytes: 0 }

describe(`garbage on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets', GC_GRACE_SECONDS: '3600' } })
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const survey = async () => (await app.gql<{ garbage: object }>(`{ garbage ${fields} }`)).garbage
  const collect = async () =>
    (await app.gql<{ collectGarbage: typeof nothing }>(`mutation { collectGarbage ${fields} }`)).collectGarbage
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  const publicFiles = async () => (await filesBelow(app.dir)).filter((file) => file.startsWith('images/'))
  const remove = (id: string) => app.gql(`mutation { deleteImage(input: { id: "${id}" }) { __typename } }`)

  /** An image whose recipe has changed since: a retired set with real objects beside the current one. */
  async function createRetired() {
    const { image } = await app.process(await jpeg())
    await app.process(await jpeg())
    await app.db.variantSet.updateMany({
      where: { imageId: databaseId(image.id) },
      data: { recipeHash: '00000000' },
    })
    // today's keys are taken by the old set, so the new set would share its objects; give the old one others
    for (const variant of await app.db.variant.findMany({ where: { set: { imageId: databaseId(image.id) } } })) {
      const key = variant.key.replace(/-[0-9a-f]{8}\//, '-00000000/')
      await mkdir(path.join(app.dir, path.dirname(key)), { recursive: true })
      await rename(`${app.dir}/${variant.key}`, `${app.dir}/${key}`)
      await app.db.variant.update({ where: { id: variant.id }, data: { key } })
    }
    await tell(app, 'reprocessImages', { scope: 'STALE' })
    await app.dispatcher.idle()
    return image
  }

  it('is a replaced set once its grace period is over, and only that', async () => {
    const image = await createRetired()
    expect(await publicFiles()).toHaveLength(9)
    expect(await survey()).toEqual(nothing)
    expect(await collect()).toEqual(nothing)
    await app.db.variantSet.updateMany({ where: { state: 'RETIRED' }, data: { retiredAt: longAgo } })
    const found = await survey()
    expect(found).toMatchObject({ sets: 1, variants: 3, images: 0 })
    expect(await collect()).toEqual(found)
    expect(await collect()).toEqual(nothing)
    const left = await publicFiles()
    expect(left).toHaveLength(6)
    expect(left.filter((file) => file.includes('-00000000/'))).toEqual([])
    const shown = await app.gql<{ image: object }>(`{ image(id: "${image.id}") { status variants { name } } }`)
    expect(shown.image).toMatchObject({ status: 'READY', variants: [{}, {}, {}] })
  })

  it('is a deleted image with everything of it, once its grace period is over', async () => {
    const { image, run } = await app.process(await jpeg())
    const other = await app.process(await jpeg())
    const before = await filesBelow(app.dir)
    await remove(image.id)
    expect(await survey()).toEqual(nothing)
    await app.db.image.updateMany({ where: { deletedAt: { not: null } }, data: { deletedAt: longAgo } })
    const found = await survey()
    expect(found).toMatchObject({ sets: 1, variants: 3, images: 1 })
    expect(await collect()).toEqual(found)
    const left = await filesBelow(app.dir)
    expect(left).toHaveLength(before.length / 2)
    expect(await app.db.image.findMany({ select: { id: true } })).toEqual([{ id: databaseId(other.image.id) }])
    // history stays
    const history = `{ run(id: "${run.id}") { succeededCount tasks { nodes { subject image { id } } } } }`
    expect(await app.gql(history)).toMatchObject({
      run: { succeededCount: 1, tasks: { nodes: [{ subject: 'photo.jpg', image: null }] } },
    })
  })

  it('is not an image that somebody works on, nor one that was restored', async () => {
    const { image } = await app.process(await jpeg())
    await remove(image.id)
    await app.db.image.updateMany({ data: { deletedAt: longAgo } })
    await app.db.task.updateMany({ data: { status: 'RUNNING' } })
    expect(await survey()).toEqual(nothing)
    expect(await collect()).toEqual(nothing)
    await app.db.task.updateMany({ data: { status: 'SUCCEEDED' } })
    await app.gql(`mutation { restoreImage(input: { id: "${image.id}" }) { __typename } }`)
    expect(await collect()).toEqual(nothing)
    expect(await publicFiles()).toHaveLength(3)
  })

  it('is collected once, though two collect at the same time', async () => {
    const { image } = await app.process(await jpeg())
    await remove(image.id)
    await app.db.image.updateMany({ data: { deletedAt: longAgo } })
    const batches = await Promise.all([collect(), collect()])
    expect(batches.map(({ variants }) => variants).sort()).toEqual([0, 3])
  })

  it('is not an image of which a task waits; one that is gone all the same holds nobody up', async () => {
    await tell(app, 'setConcurrency', { concurrency: 0 })
    const { image } = await app.upload(await jpeg())
    await remove(image.id)
    await app.db.image.updateMany({ data: { deletedAt: longAgo } })
    expect(await collect()).toEqual(nothing)
    await app.db.variantSet.deleteMany()
    await app.db.image.deleteMany()
    await app.upload(await jpeg())
    await tell(app, 'setConcurrency', { concurrency: 1 })
    await app.dispatcher.idle()
    const outcomes = await app.db.run.findMany({ orderBy: { id: 'asc' }, select: { outcome: true } })
    expect(outcomes).toEqual([{ outcome: 'NOTHING_TO_DO' }, { outcome: 'CLEAN' }])
  })

  it('leaves an image that can be restored to what it was, though its variants were collected', async () => {
    const { image } = await app.process(await jpeg())
    await remove(image.id)
    await app.db.variantSet.deleteMany()
    await app.gql(`mutation { restoreImage(input: { id: "${image.id}" }) { __typename } }`)
    await app.dispatcher.idle()
    const shown = await app.gql<{ image: object }>(`{ image(id: "${image.id}") { status variants { name } } }`)
    expect(shown.image).toMatchObject({ status: 'READY', variants: [{}, {}, {}] })
  })

  it('that a killed collector left half-collected is done by the next, and meanwhile nobody works on the image', async () => {
    const bytes = await jpeg()
    const { image } = await app.process(bytes)
    await remove(image.id)
    await app.db.image.updateMany({ data: { deletedAt: longAgo } })
    await app.db.variantSet.updateMany({ data: { state: 'RETIRED', collectingAt: longAgo } })
    // sent again in the middle of it
    const { run } = await app.process(bytes)
    const row = () => app.db.run.findUniqueOrThrow({ where: { id: databaseId(run.id) } })
    expect(await row()).toMatchObject({ status: 'QUEUED', totalCount: 1 })
    expect(await collect()).toMatchObject({ sets: 1, variants: 3, images: 0 })
    app.dispatcher.wake()
    await app.dispatcher.idle()
    expect(await row()).toMatchObject({ status: 'SUCCEEDED', succeededCount: 1 })
    expect(await publicFiles()).toHaveLength(3)
  })

  it('are the events of runs that ended 30 days ago; asking for them is an error, not a gap', async () => {
    const { run } = await app.process(await jpeg())
    const count = await app.db.runEvent.count()
    await app.db.run.updateMany({ data: { finishedAt: new Date(Date.now() - 31 * 24 * 3_600_000) } })
    expect(await survey()).toMatchObject({ events: count })
    expect(await collect()).toMatchObject({ events: count })
    expect(await app.db.runEvent.count()).toBe(0)
    const response = await app.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { runProgress(runId: "${run.id}") { seq } }` }),
    })
    expect(await response.text()).toContain('EVENTS_EXPIRED')
  })
})
