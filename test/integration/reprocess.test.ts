import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dialects } from '../../src/services/db/sql.ts'
import { createRunPlanner } from '../../src/services/run-planner.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { filesBelow } from '../support/files.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'
import { imageRow } from '../support/rows.ts'

interface Started {
  reprocessImages: {
    __typename: string
    code?: string
    message?: string
    field?: string
    activeRunId?: string
    run: { id: string; kind: string; scope: string; status: string }
  }
}

interface RunAnswer {
  run: {
    status: string
    outcome: string
    totalCount: number
    succeededCount: number
    skippedCount: number
    failedCount: number
  }
}

describe(`reprocessing on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets' } })
  })
  afterEach(() => app[Symbol.asyncDispose]())

  async function start(input: object) {
    const { reprocessImages } = await app.gql<Started>(
      `mutation ($input: ReprocessImagesInput!) {
        reprocessImages(input: $input) {
          __typename
          ... on StartRunPayload { run { id kind scope status } }
          ... on Error { code message }
          ... on InvalidInputError { field }
          ... on RunAlreadyActiveError { activeRunId }
        }
      }`,
      { input },
    )
    return reprocessImages
  }

  async function drain(input: object) {
    const { run } = await start(input)
    await app.dispatcher.idle()
    const answer = await app.gql<RunAnswer>(
      'query ($id: ID!) { run(id: $id) { status outcome totalCount succeededCount skippedCount failedCount } }',
      { id: run.id },
    )
    return answer.run
  }

  const variantFiles = async () => (await filesBelow(app.dir)).filter((file) => file.startsWith('images/'))

  it('ALL leaves alone what is stored and whole', async () => {
    for (let n = 0; n < 3; n += 1) await app.process(await jpeg())
    const before = await app.db.variant.findMany({ orderBy: { id: 'asc' } })
    expect(await drain({ scope: 'ALL' })).toEqual({
      status: 'SUCCEEDED',
      outcome: 'NOTHING_TO_DO',
      totalCount: 3,
      succeededCount: 0,
      skippedCount: 3,
      failedCount: 0,
    })
    expect(await app.db.variant.findMany({ orderBy: { id: 'asc' } })).toEqual(before)
  })

  it('ALL makes again what is gone from storage, and mends what is wrong there', async () => {
    await app.process(await jpeg())
    const { image } = await app.process(await jpeg())
    const [gone = '', wrong = ''] = (await variantFiles()).slice(0, 2)
    const before = await filesBelow(app.dir)
    await rm(path.join(app.dir, gone))
    await writeFile(path.join(app.dir, wrong), 'not what it was')
    expect(await drain({ scope: 'ALL' })).toMatchObject({
      outcome: 'WITH_ISSUES',
      totalCount: 2,
      succeededCount: 1,
      skippedCount: 1,
    })
    expect(await filesBelow(app.dir)).toEqual(before)
    for (const variant of await app.db.variant.findMany()) {
      const response = await fetch(`${app.url}/media/${variant.key}`)
      expect((await response.arrayBuffer()).byteLength).toBe(variant.byteSize)
    }
    expect(image.id).toBeTruthy()
  })

  it('MISSING takes only what lacks something, and has nothing to match when nothing does', async () => {
    await app.process(await jpeg())
    expect(await start({ scope: 'MISSING' })).toMatchObject({
      __typename: 'NoImagesMatchedError',
      code: 'NO_IMAGES_MATCHED',
    })
    expect(await drain({ scope: 'MISSING', recipes: ['artist'] })).toMatchObject({
      outcome: 'CLEAN',
      totalCount: 1,
      succeededCount: 1,
    })
    expect((await variantFiles()).filter((file) => file.endsWith('.jpg'))).toHaveLength(2)
    expect(await start({ scope: 'MISSING', recipes: ['artist', 'presets'] })).toMatchObject({
      code: 'NO_IMAGES_MATCHED',
    })
  })

  it('MISSING tries a failed image again, once for each time it is asked', async () => {
    await app.process(await jpeg())
    await app.process(await damagedJpeg())
    for (let time = 0; time < 2; time += 1) {
      expect(await drain({ scope: 'MISSING' })).toMatchObject({
        status: 'FAILED',
        outcome: 'ALL_FAILED',
        totalCount: 1,
        failedCount: 1,
      })
    }
  })

  it('IMAGES takes those that are named, deleted ones excepted', async () => {
    const first = await app.process(await jpeg())
    const second = await app.process(await jpeg())
    await app.process(await jpeg())
    await app.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', { id: second.image.id })
    const ids = [first.image.id, second.image.id, first.image.id]
    expect(await drain({ scope: 'IMAGES', ids, recipes: ['artist'] })).toMatchObject({
      outcome: 'CLEAN',
      totalCount: 1,
    })
  })

  it('a new version of a recipe is built beside the old one, which is served until it is whole', async () => {
    const { image } = await app.process(await jpeg())
    // as if the stored set were of an older recipe
    await app.db.variantSet.updateMany({ data: { recipeHash: '00000000' } })
    expect(await start({ scope: 'MISSING' })).toMatchObject({ code: 'NO_IMAGES_MATCHED' })
    expect(await drain({ scope: 'STALE' })).toMatchObject({ outcome: 'CLEAN', totalCount: 1, succeededCount: 1 })
    const sets = await app.db.variantSet.findMany({ orderBy: { createdAt: 'asc' }, include: { variants: true } })
    expect(sets.map((set) => [set.state, set.ready, set.variants.length])).toEqual([
      ['RETIRED', true, 3],
      ['CURRENT', true, 3],
    ])
    const answer = await app.gql<{ image: { status: string; variants: unknown[] } }>(
      'query ($id: ID!) { image(id: $id) { status variants { key } } }',
      { id: image.id },
    )
    expect(answer.image).toMatchObject({ status: 'READY' })
    expect(answer.image.variants).toHaveLength(3)
    expect(await start({ scope: 'STALE' })).toMatchObject({ code: 'NO_IMAGES_MATCHED' })
  })

  it('a recipe that is again what it was once brings its old set back, with nothing to make', async () => {
    await app.process(await jpeg())
    await app.db.variantSet.updateMany({ data: { recipeHash: '00000000' } })
    await drain({ scope: 'STALE' })
    // the retired set is of today's recipe, the current one is not
    const sets = await app.db.variantSet.findMany({ orderBy: { createdAt: 'asc' } })
    const [old, now] = sets.map((set) => set.id)
    await app.db.variantSet.update({ where: { id: now ?? '' }, data: { recipeHash: '11111111' } })
    await app.db.variantSet.update({ where: { id: old ?? '' }, data: { recipeHash: sets[1]?.recipeHash ?? '' } })
    expect(await drain({ scope: 'STALE' })).toMatchObject({ outcome: 'NOTHING_TO_DO', skippedCount: 1 })
    expect(await app.db.variantSet.findUnique({ where: { id: old ?? '' } })).toMatchObject({ state: 'CURRENT' })
    expect(await app.db.variantSet.findUnique({ where: { id: now ?? '' } })).toMatchObject({ state: 'RETIRED' })
    expect(await start({ scope: 'STALE' })).toMatchObject({ code: 'NO_IMAGES_MATCHED' })
  })

  it('takes a recipe that is named twice once', async () => {
    await app.process(await jpeg())
    expect(await drain({ scope: 'ALL', recipes: ['artist', 'artist'] })).toMatchObject({
      outcome: 'CLEAN',
      succeededCount: 1,
    })
  })

  it('fails a run that cannot be planned, and goes on with the others', async () => {
    const scope = { kind: 'REPROCESS', scope: 'STALE', ids: [], recipes: ['gone'] }
    const { id } = await app.db.run.create({ data: { kind: 'REPROCESS', lane: 1, scope } })
    await app.process(await jpeg())
    expect(await app.db.run.findUnique({ where: { id } })).toMatchObject({
      status: 'FAILED',
      lastError:
        'The run cannot be planned: There is no recipe "gone"; the recipes are responsive, presets, artist, artist-sizes.',
    })
    expect(await app.db.run.count({ where: { status: 'SUCCEEDED' } })).toBe(1)
  })

  it('lets one run over everything be active, and says which', async () => {
    await app.process(await jpeg())
    const active = await app.db.run.create({
      data: { kind: 'REPROCESS', lane: 1, scope: {}, activeKey: 'reprocess', pausedAt: new Date() },
    })
    const refused = await start({ scope: 'ALL' })
    expect(refused).toMatchObject({ __typename: 'RunAlreadyActiveError', code: 'RUN_ALREADY_ACTIVE' })
    expect(Buffer.from(refused.activeRunId ?? '', 'base64').toString()).toBe(`ProcessingRun:${active.id}`)
    await app.db.run.update({ where: { id: active.id }, data: { activeKey: null } })
    expect(await drain({ scope: 'ALL' })).toMatchObject({ status: 'SUCCEEDED' })
    expect(await drain({ scope: 'ALL' })).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('refuses what makes no sense, naming the field', async () => {
    expect(await start({ scope: 'IMAGES' })).toMatchObject({ code: 'INVALID_INPUT', field: 'ids' })
    const ids = [Buffer.from('Image:x').toString('base64')]
    expect(await start({ scope: 'ALL', ids })).toMatchObject({ code: 'INVALID_INPUT', field: 'ids' })
    expect(await start({ scope: 'ALL', recipes: [] })).toMatchObject({ code: 'INVALID_INPUT', field: 'recipes' })
    expect(await start({ scope: 'ALL', recipes: ['poster'] })).toMatchObject({ code: 'UNKNOWN_RECIPE' })
    expect(await start({ scope: 'ALL' })).toMatchObject({ code: 'NO_IMAGES_MATCHED' })
  })

  it('plans in chunks what is more than one chunk', async () => {
    await app.process(await jpeg())
    await app.db.image.createMany({ data: Array.from({ length: 2_500 }, imageRow) })
    // planned by hand below
    await app.dispatcher[Symbol.asyncDispose]()
    const run = await app.db.run.create({
      data: { kind: 'REPROCESS', lane: 1, scope: { kind: 'REPROCESS', scope: 'ALL', ids: [], recipes: null } },
    })
    const dialect = { ...dialects[provider], rowsAtOnce: { read: 1_000, write: 1_000 } }
    const planner = createRunPlanner({ db: app.db, dialect, bell: app.bell })
    const totals: number[] = []
    while (await planner.planChunk()) {
      totals.push((await app.db.run.findUniqueOrThrow({ where: { id: run.id } })).totalCount)
    }
    expect(totals).toEqual([1000, 2000, 2501])
    const planned = await app.db.run.findUniqueOrThrow({ where: { id: run.id } })
    expect(planned.plannedAt).not.toBeNull()
    expect(planned.plannedWork).toBeCloseTo(2500 + 0.3072)
    const tasks = await app.db.task.findMany({ where: { runId: run.id }, orderBy: { position: 'asc' } })
    expect(tasks.map((task) => task.position)).toEqual(Array.from({ length: 2501 }, (_each, index) => index + 1))
    expect(new Set(tasks.map((task) => task.imageId)).size).toBe(2501)
  })
})
