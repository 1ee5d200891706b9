import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits } from '../../src/services/units.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg, photo, picture } from '../support/images.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

interface Processed {
  image: {
    sha256: string
    status: string
    variantsReady: boolean
    readyMaxWidth: number
    hasAlpha: boolean
    warnings: string[]
    placeholder: string
    dominantColor: string
    usableAt: string
    readyAt: string
    deadlineMet: boolean
    width: number
    height: number
    variants: {
      recipe: string
      name: string
      format: string
      mimeType: string
      width: number
      height: number
      byteSize: number
      key: string
      url: string
      sha256: string
    }[]
  }
}

const imageQuery = `query ($id: ID!) {
  image(id: $id) {
    sha256 status variantsReady readyMaxWidth hasAlpha warnings placeholder dominantColor usableAt readyAt deadlineMet
    width height
    variants { recipe name format mimeType width height byteSize key url sha256 }
  }
}`

const read = async (id: string) => (await app.gql<Processed>(imageQuery, { id })).image

describe.each([
  ['a landscape', 'autumn-meadow-landscape.jpg', 1920, 1278],
  ['a portrait', 'djembe-drum-portrait.jpg', 1200, 1799],
  ['a photo stored sideways', 'dogs-at-window-orientation-6.jpg', 1066, 1600],
  ['a PNG with alpha', 'fig-bowl-alpha.png', 720, 552],
  ['a WebP', 'paintbrushes-landscape.webp', 1365, 1074],
  ['a photo narrower than the ladder', 'lamp-bird-small.jpg', 300, 225],
  ['a square', 'dragonfly-square.jpg', 1080, 1080],
  ['a panorama', 'city-dusk-panorama.jpg', 1440, 480],
  ['a greyscale photo', 'mountain-path-greyscale.jpg', 1400, 1050],
  ['a photo above 12 megapixels', 'dandelion-meadow-16mp.jpg', 5312, 2988],
])('%s', (_what, name, width, height) => {
  it('gets every variant of its recipes, each as the recipe and the row say', async () => {
    const recipes = ['presets', 'responsive', 'artist']
    const uploaded = await app.process(await photo(name), { filename: name, recipes })
    expect(uploaded).toMatchObject({ __typename: 'UploadImagePayload', duplicate: false })
    const image = await read(uploaded.image.id)
    expect(image).toMatchObject({ status: 'READY', variantsReady: true, width, height })

    const planned = recipes.flatMap((recipe) => planUnits(findRecipe(recipe), { width, height, sha256: image.sha256 }))
    expect(image.variants.map((variant) => variant.key).sort()).toEqual(planned.map((unit) => unit.key).sort())
    for (const unit of planned) {
      const variant = image.variants.find((each) => each.key === unit.key)
      expect(variant).toMatchObject({ recipe: unit.recipe, name: unit.name, width: unit.width, height: unit.height })
      const response = await fetch(variant?.url ?? '')
      const bytes = new Uint8Array(await response.arrayBuffer())
      expect(response.headers.get('content-type')).toBe(unit.mimeType)
      expect(bytes.byteLength).toBe(variant?.byteSize)
      const metadata = await sharp(bytes).metadata()
      expect(metadata).toMatchObject({
        format: unit.format === 'avif' ? 'heif' : unit.format,
        width: unit.width,
        height: unit.height,
      })
      expect([metadata.exif, metadata.xmp, metadata.iptc]).toEqual([undefined, undefined, undefined])
      if (unit.format !== 'jpeg') expect(metadata.hasAlpha).toBe(name.includes('alpha'))
    }
  })
})

describe('a photo', () => {
  it('is described after its first decode', async () => {
    const { image } = await app.process(await photo('mountain-sunset-landscape.jpg'))
    expect(await read(image.id)).toMatchObject({
      hasAlpha: false,
      warnings: [],
      placeholder: expect.stringMatching(/^data:image\/png;base64,/),
      dominantColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      readyMaxWidth: 1280,
      deadlineMet: true,
      usableAt: expect.any(String),
      readyAt: expect.any(String),
    })
  })

  it('that is sent again is the same image, with nothing to do and nothing put', async () => {
    const bytes = await jpeg()
    const first = await app.process(bytes)
    const before = await filesBelow(app.dir)
    const second = await app.upload(bytes, { filename: 'other-name.jpg', artistName: 'Nina Kraviz', venueTag: 'liv' })
    expect(second).toMatchObject({
      duplicate: true,
      image: { id: first.image.id, status: 'READY' },
      run: { status: 'SUCCEEDED', outcome: 'NOTHING_TO_DO', totalCount: 0 },
    })
    await app.dispatcher.idle()
    expect(await filesBelow(app.dir)).toEqual(before)
    const { image } = await app.gql<{ image: { artists: { slug: string }[] } }>(
      'query ($id: ID!) { image(id: $id) { artists { slug } } }',
      { id: first.image.id },
    )
    expect(image.artists.map((artist) => artist.slug)).toEqual(['carl-cox', 'nina-kraviz'])
  })

  it('that is sent again for another recipe gets just that', async () => {
    const bytes = await jpeg(400, 300)
    const first = await app.process(bytes, { recipes: ['presets'] })
    const second = await app.process(bytes, { recipes: ['artist'] })
    expect(second).toMatchObject({ duplicate: true, run: { totalCount: 1 } })
    const { variants } = await read(first.image.id)
    expect(variants.map((variant) => `${variant.recipe}.${variant.name}`).sort()).toEqual([
      'artist.hd',
      'artist.main',
      'presets.large',
      'presets.medium',
      'presets.thumbnail',
    ])
  })

  it('sent many times at once is one image with one original', async () => {
    const bytes = await jpeg()
    const originals = path.join(app.dir, 'private', 'originals')
    const before = (await readdir(originals)).length
    const answers = await Promise.all(Array.from({ length: 6 }, () => app.upload(bytes)))
    await app.dispatcher.idle()
    expect(new Set(answers.map((answer) => answer.image.id)).size).toBe(1)
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1)
    expect((await readdir(originals)).length).toBe(before + 1)
    const runs = await app.gql<{ runs: { edges: { node: { status: string } }[] } }>(
      '{ runs(first: 6) { edges { node { status } } } }',
    )
    expect(runs.runs.edges.every(({ node }) => node.status === 'SUCCEEDED')).toBe(true)
  })

  it('whose original was lost is whole again once sent again', async () => {
    const bytes = await jpeg()
    const { image } = await app.process(bytes)
    const row = await app.db.image.findUniqueOrThrow({ where: { sha256: image.sha256 } })
    await rm(path.join(app.dir, 'private', row.originalKey))
    await app.process(bytes)
    const { originalKey } = await app.db.image.findUniqueOrThrow({ where: { sha256: image.sha256 } })
    expect(await readFile(path.join(app.dir, 'private', originalKey))).toEqual(bytes)
  })

  it('as a strip of 100x30000 px gets its variants', async () => {
    const { image } = await app.process(await picture(100, 30_000).png().toBuffer(), {
      recipes: ['presets', 'responsive', 'artist'],
    })
    const { status, variants } = await read(image.id)
    expect(status).toBe('READY')
    expect(variants.map(({ recipe, name, width, height }) => `${recipe} ${name} ${width}x${height}`).sort()).toEqual([
      'artist hd 5x1500',
      'artist main 2x500',
      'presets large 4x1080',
      'presets medium 2x600',
      'presets thumbnail 150x150',
      'responsive 100 55x16383',
      'responsive 100 55x16383',
    ])
  })

  it('leaves no temp file behind', async () => {
    await app.process(await jpeg())
    const temp = (await filesBelow(app.dir)).filter((file) => file.includes('.tmp'))
    expect(temp).toEqual([])
  })
})
