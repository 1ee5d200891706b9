import { readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'

interface Answer {
  code?: string
  field?: string
  run: { id: string } | null
  image: { focalPoint: { x: number; y: number } | null }
}

const mutation = `mutation ($input: SetFocalPointInput!) {
  setFocalPoint(input: $input) {
    ... on SetFocalPointPayload { run { id } image { focalPoint { x y } } }
    ... on Error { code }
    ... on InvalidInputError { field }
  }
}`

describe(`the focal point of an image, on ${provider}`, () => {
  let app: TestApp
  let id: string
  const keysAtFirst: string[] = []
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets,responsive' } })
    id = (await app.process(await jpeg(600, 300))).image.id
    keysAtFirst.push(...(await keys()))
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function set(x: number | null, y: number | null, imageId = id): Promise<Answer> {
    const { setFocalPoint } = await app.gql<{ setFocalPoint: Answer }>(mutation, { input: { imageId, x, y } })
    return setFocalPoint
  }

  async function keys(recipe?: string): Promise<string[]> {
    const query = 'query ($id: ID!, $recipe: String) { image(id: $id) { variants(recipe: $recipe) { key } } }'
    const { image } = await app.gql<{ image: { variants: { key: string }[] } }>(query, { id, recipe })
    return image.variants.map(({ key }) => key)
  }

  const preview = async (scope: string) => {
    const query = `{ runPreview(scope: { scope: ${scope} }) { totalCount units } }`
    return (await app.gql<{ runPreview: { totalCount: number; units: number } }>(query)).runPreview
  }

  /** The corner of the thumbnail tells where it was cut: red is on the left of the picture, green on the right. */
  async function corner(): Promise<'red' | 'green' | 'other'> {
    const [key = ''] = (await keys('presets')).filter((each) => each.includes('thumbnail'))
    const { data, info } = await sharp(path.join(app.dir, key)).raw().toBuffer({ resolveWithObject: true })
    const [r = 0, g = 0] = data.subarray(info.channels * (5 * info.width + 5))
    return r > 150 && g < 100 ? 'red' : g > 150 && r < 100 ? 'green' : 'other'
  }

  it('is none at first', async () => {
    const { image } = await app.gql<{ image: object }>('query ($id: ID!) { image(id: $id) { focalPoint { x } } }', {
      id,
    })
    expect(image).toEqual({ focalPoint: null })
    expect(await preview('STALE')).toMatchObject({ totalCount: 0 })
  })

  it('is what the variants that are cut are cut about, under keys of their own', async () => {
    const originals = (await filesBelow(app.dir)).filter((file) => file.startsWith('originals/'))
    const before = await Promise.all(originals.map((file) => readFile(path.join(app.dir, file))))
    const { image, run } = await set(0.9, 0.204)
    expect(image).toEqual({ focalPoint: { x: 0.9, y: 0.2 } })
    expect(run).not.toBeNull()
    await app.dispatcher.idle()
    expect(await corner()).toBe('green')
    for (const key of await keys('presets')) expect(key).toMatch(/-[0-9a-f]{8}090020\//)
    expect(keysAtFirst).toEqual(expect.arrayContaining(await keys('responsive')))
    const files = await filesBelow(app.dir)
    expect(files).toEqual(expect.arrayContaining(keysAtFirst))
    expect(await Promise.all(originals.map((file) => readFile(path.join(app.dir, file))))).toEqual(before)
    expect(await preview('STALE')).toMatchObject({ totalCount: 0 })
    expect(await preview('ALL')).toMatchObject({ totalCount: 1, units: 0 })
  })

  it('moves, and is served as it was until the new cut is whole', async () => {
    const before = await keys('presets')
    await app.gql('mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
    await set(0.1, 0.5)
    expect(await keys('presets')).toEqual(before)
    expect(await preview('STALE')).toMatchObject({ totalCount: 1, units: 3 })
    expect(await preview('MISSING')).toMatchObject({ totalCount: 0 })
    const shown = await app.gql<{ image: object }>('query ($id: ID!) { image(id: $id) { status } }', { id })
    expect(shown.image).toEqual({ status: 'READY' })
    await app.gql('mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
    await app.dispatcher.idle()
    expect(await corner()).toBe('red')
    expect(await app.db.variantSet.count({ where: { state: 'BUILDING' } })).toBe(0)
  })

  it('is asked for once: the same point again changes nothing', async () => {
    expect(await set(0.1, 0.5)).toMatchObject({ run: null })
  })

  it('taken away leaves what was there at first, without making it again', async () => {
    const files = await filesBelow(app.dir)
    expect(await set(null, null)).toMatchObject({ image: { focalPoint: null }, run: {} })
    await app.dispatcher.idle()
    expect(await keys()).toEqual(keysAtFirst)
    expect((await filesBelow(app.dir)).sort()).toEqual(files.sort())
  })

  it('of two that were set at once is the last one, whatever was under way', async () => {
    await set(0.9, 0.5)
    await set(0.3, 0.3)
    await set(0.9, 0.5)
    await app.dispatcher.idle()
    expect(await corner()).toBe('green')
    expect(await preview('STALE')).toMatchObject({ totalCount: 0 })
  })

  it.each([
    ['outside of the image', 1.01, 0.5, 'x'],
    ['above it', 0.5, -0.1, 'y'],
    ['without one of its parts', 0.5, null, 'y'],
  ])('is refused %s', async (_name, x, y, field) => {
    expect(await set(x, y)).toEqual({ code: 'INVALID_INPUT', field })
  })

  it('needs an image', async () => {
    const nobody = Buffer.from('Image:01890000-0000-7000-8000-000000000001').toString('base64')
    expect(await set(0.5, 0.5, nobody)).toEqual({ code: 'NOT_FOUND' })
  })

  it('makes nothing of an image that nothing is cut of', async () => {
    const { image } = await app.process(await jpeg(), { recipes: ['artist'] })
    expect(await set(0.2, 0.2, image.id)).toMatchObject({ run: null, image: { focalPoint: { x: 0.2, y: 0.2 } } })
  })
})
