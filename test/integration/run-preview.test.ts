import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { imageRow } from '../support/rows.ts'

interface Preview {
  totalCount: number
  units: number
  megapixels: number
  seconds: number
  bytes: number
  storageReads: number
  storageWrites: number
}

describe(`a preview on ${provider}`, () => {
  let app: TestApp
  let ids: string[] = []
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets' } })
    for (const size of [
      [640, 480],
      [1000, 400],
    ] as const) {
      ids.push((await app.process(await jpeg(...size))).image.id)
    }
  })
  afterAll(async () => {
    ids = []
    await app[Symbol.asyncDispose]()
  })

  const query = `query ($scope: RunScopeInput!) { runPreview(scope: $scope) {
    totalCount units megapixels seconds bytes storageReads storageWrites } }`
  const preview = async (scope: object) => (await app.gql<{ runPreview: Preview }>(query, { scope })).runPreview

  it('finds nothing to make where everything is there', async () => {
    expect(await preview({ scope: 'MISSING' })).toEqual({
      totalCount: 0,
      units: 0,
      megapixels: 0,
      seconds: 0,
      bytes: 0,
      storageReads: 0,
      storageWrites: 0,
    })
    // ALL looks at each of the six objects
    expect(await preview({ scope: 'ALL' })).toMatchObject({
      totalCount: 2,
      units: 0,
      storageReads: 6,
      storageWrites: 0,
    })
  })

  it('counts exactly what the run then makes', async () => {
    const before = (await filesBelow(app.dir)).length
    const foreseen = await preview({ scope: 'MISSING', recipes: ['responsive'] })
    // 320, 480, 640 and 320, 480, 640, 800 in two formats each
    expect(foreseen).toMatchObject({ totalCount: 2, units: 14, storageReads: 2, storageWrites: 14 })
    expect(foreseen.megapixels).toBeCloseTo(0.3072 + 0.4)
    expect(foreseen.seconds).toBeGreaterThan(0)
    const { run } = await tell(app, 'reprocessImages', { scope: 'MISSING', recipes: ['responsive'] })
    await app.dispatcher.idle()
    const made = await app.db.run.findUniqueOrThrow({ where: { id: databaseId(run.id) } })
    expect(made).toMatchObject({ totalCount: foreseen.totalCount, outcome: 'CLEAN' })
    expect(made.plannedWork).toBeCloseTo(foreseen.megapixels)
    expect((await filesBelow(app.dir)).length - before).toBe(foreseen.storageWrites)
  })

  it('of one image is about that one', async () => {
    const [first] = ids
    expect(await preview({ scope: 'IMAGES', ids: [first], recipes: ['artist'] })).toMatchObject({
      totalCount: 1,
      units: 2,
    })
  })

  it('refuses what the run would refuse', async () => {
    const answer = await app.ask(query, { scope: { scope: 'IMAGES' } })
    expect(answer.errors?.[0]?.extensions?.code).toBe('INVALID_INPUT')
  })

  it('counts more images than it looks at in one statement', async () => {
    await app.db.image.createMany({ data: Array.from({ length: 4_500 }, imageRow) })
    // never processed: they are to have the default recipe, three variants of it
    expect(await preview({ scope: 'MISSING' })).toMatchObject({ totalCount: 4_500, units: 13_500, megapixels: 4_500 })
    expect(await preview({ scope: 'STALE' })).toMatchObject({ totalCount: 0 })
  })
})
