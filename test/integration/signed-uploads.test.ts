import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg, photo, picture, pngHeader } from '../support/images.ts'
import { announce, announceOne, complete, facts, send, sendWhole } from '../support/uploads.ts'

const mebibyte = 1024 * 1024
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const originals = () => readdir(path.join(app.dir, 'private', 'originals')).catch(() => [])
const sentFiles = async () => (await filesBelow(app.dir)).filter((file) => /uploads\/|\.tmp/.test(file))

describe('files that are sent directly', () => {
  it('become images in one run, and nothing but their originals and variants stays', async () => {
    const files = [await jpeg(), await jpeg(300, 200), await picture(200, 200).png().toBuffer()]
    const { uploads } = await announce(app, [
      facts(files[0] ?? gif, 'one.jpg'),
      { ...facts(files[1] ?? gif, 'two.jpg'), sha256: null },
      { ...facts(files[2] ?? gif, 'three.png'), mimeType: 'image/png' },
    ])
    for (const [index, target] of uploads.entries()) {
      expect(target).toMatchObject({ state: 'PENDING', method: 'PUT', clientKey: null })
      const response = await send(target, files[index] ?? gif)
      expect([response.status, await response.text()]).toEqual([204, ''])
    }
    const before = (await originals()).length
    const { run } = await complete(
      app,
      uploads.map(({ id }) => id),
      { venueTag: 'liv' },
    )
    expect(run).toMatchObject({ totalCount: 3 })
    await app.dispatcher.idle()
    const answer = await app.gql(
      `query ($id: ID!) {
        run(id: $id) { status tasks { nodes { subject image { status artists { slug } } } } }
        artists { nodes { images { edges { venueTag node { id } } } } }
      }`,
      { id: run.id },
    )
    const image = { status: 'READY', artists: [{ slug: 'carl-cox' }] }
    expect(answer).toMatchObject({
      run: {
        status: 'SUCCEEDED',
        tasks: { nodes: ['one.jpg', 'two.jpg', 'three.png'].map((subject) => ({ subject, image })) },
      },
      artists: { nodes: [{ images: { edges: [{ venueTag: 'liv' }, { venueTag: 'liv' }, { venueTag: 'liv' }] } }] },
    })
    expect(await originals()).toHaveLength(before + 3)
    expect(await sentFiles()).toEqual([])
  })

  it('twice with the same bytes are one image and one task', async () => {
    const bytes = await jpeg()
    const [one, two] = [await sendWhole(app, bytes, 'one.jpg'), await sendWhole(app, bytes, 'two.jpg')]
    const [images, kept] = [await app.db.image.count(), (await originals()).length]
    const { run } = await complete(app, [one.id, two.id])
    expect(run.totalCount).toBe(1)
    expect(await app.db.image.count()).toBe(images + 1)
    expect(await originals()).toHaveLength(kept + 1)
  })

  it('completed again, also many times at once, are the same run, image and original', async () => {
    const target = await sendWhole(app, await jpeg())
    const [images, kept] = [await app.db.image.count(), (await originals()).length]
    const answers = await Promise.all(Array.from({ length: 10 }, () => complete(app, [target.id])))
    answers.push(await complete(app, [target.id, target.id]))
    expect(new Set(answers.map(({ __typename, run }) => `${__typename} ${run?.id}`)).size).toBe(1)
    expect(await app.db.image.count()).toBe(images + 1)
    expect(await originals()).toHaveLength(kept + 1)
    expect(await app.db.run.count({ where: { id: databaseId(answers[0]?.run.id ?? '') } })).toBe(1)
    await app.dispatcher.idle()
    expect(await sentFiles()).toEqual([])
  })

  it('whose bytes are known already have nothing to do', async () => {
    const bytes = await jpeg()
    await app.process(bytes, { recipes: ['presets'] })
    const { run } = await complete(app, [(await sendWhole(app, bytes)).id])
    expect(run).toMatchObject({ status: 'SUCCEEDED', outcome: 'NOTHING_TO_DO' })
  })
})

describe('refused, with nothing kept', () => {
  async function traces() {
    const { image, artist, run, task, runEvent, variantSet, placement } = app.db
    const rows = [image, artist, run, task, runEvent, variantSet, placement] as { count(): Promise<number> }[]
    return { rows: await Promise.all(rows.map((model) => model.count())), originals: await originals() }
  }
  let before: Awaited<ReturnType<typeof traces>>
  beforeEach(async () => {
    await app.dispatcher.idle()
    before = await traces()
  })
  afterEach(async () => expect(await traces()).toEqual(before))

  it.each<[string, object, string, string | undefined, RegExp]>([
    [
      'a type not accepted',
      { mimeType: 'image/gif' },
      'UnsupportedImageTypeError',
      undefined,
      /image type: image\/gif$/,
    ],
    [
      'too many bytes',
      { byteSize: 10 * mebibyte + 1 },
      'ImageTooLargeError',
      undefined,
      /^a\.jpg: File too large \(max 10MB\)$/,
    ],
    ['no bytes', { byteSize: 0 }, 'InvalidInputError', 'files.1.byteSize', /empty/],
    ['a hash that is none', { sha256: 'abc' }, 'InvalidInputError', 'files.1.sha256', /64 hexadecimal digits/],
    ['an empty client key', { clientKey: '' }, 'InvalidInputError', 'files.1.clientKey', /1 to 200/],
    ['a client key with a NUL', { clientKey: 'a\0' }, 'InvalidInputError', 'files.1.clientKey', /none of them NUL/],
    ['one client key for two', { clientKey: 'first' }, 'InvalidInputError', 'files.1.clientKey', /another file/],
  ])('before a byte is sent: %s', async (_what, wrong, type, field, message) => {
    const good = { filename: 'a.jpg', byteSize: 1000, mimeType: 'image/jpeg' }
    const uploads = await app.db.upload.count()
    const answer = await announce(app, [
      { ...good, clientKey: 'first' },
      { ...good, ...wrong },
    ])
    expect(answer).toMatchObject({ __typename: type, message: expect.stringMatching(message) })
    expect(answer.field).toBe(field)
    expect(await app.db.upload.count()).toBe(uploads)
  })

  it.each<[string, () => Promise<Uint8Array>, string, RegExp]>([
    [
      'a GIF said to be a JPEG',
      async () => gif,
      'UnsupportedImageTypeError',
      /^bad\.jpg: Unsupported image type: image\/gif$/,
    ],
    [
      'a JPEG without its end',
      async () => (await photo('lamp-bird-small.jpg')).subarray(0, -2),
      'CorruptImageError',
      /^bad\.jpg: The file is cut off/,
    ],
    ['99x100', () => picture(99, 100).png().toBuffer(), 'ImageTooSmallError', /^bad\.jpg: The image is 99x100 px/],
    [
      '20000x20000',
      async () => pngHeader(20_000, 20_000),
      'TooManyPixelsError',
      /^bad\.jpg: The image is 20000x20000 px/,
    ],
  ])('all of them, when one is %s', async (_what, bytes, type, message) => {
    const good = await sendWhole(app, await jpeg())
    const bad = await sendWhole(app, await bytes(), 'bad.jpg')
    const answer = await complete(app, [good.id, bad.id])
    expect(answer).toMatchObject({ __typename: type, message: expect.stringMatching(message) })
    const rows = await app.db.upload.findMany({ where: { id: { in: [good, bad].map(({ id }) => databaseId(id)) } } })
    expect(rows.map(({ state, runId }) => [state, runId])).toEqual([
      ['RECEIVED', null],
      ['RECEIVED', null],
    ])
  })

  it('one that is not sent yet', async () => {
    const sent = await sendWhole(app, await jpeg())
    const target = await announceOne(app, facts(await jpeg(), 'late.jpg'))
    expect(await complete(app, [sent.id, target.id])).toMatchObject({
      __typename: 'InvalidInputError',
      field: 'ids.1',
      message: 'late.jpg has not been sent yet.',
    })
  })

  it('ids that are unknown, expired, of something else, or none', async () => {
    const target = await sendWhole(app, await jpeg())
    await app.db.upload.update({ where: { id: databaseId(target.id) }, data: { expiresAt: new Date(0) } })
    const unknown = Buffer.from('UploadTarget:nothing').toString('base64')
    for (const id of [target.id, unknown]) {
      expect(await complete(app, [id])).toMatchObject({ __typename: 'NotFoundError' })
    }
    expect(await complete(app, [])).toMatchObject({ __typename: 'InvalidInputError', field: 'ids' })
    await expect(complete(app, [Buffer.from('Image:x').toString('base64')])).rejects.toThrow('is not an id of the type')
  })

  it('an artist, venue or recipe that cannot be', async () => {
    const { id } = await sendWhole(app, await jpeg())
    expect(await complete(app, [id], { artistName: ' ' })).toMatchObject({ field: 'artistName' })
    expect(await complete(app, [id], { venueTag: '../x' })).toMatchObject({ field: 'venueTag' })
    expect(await complete(app, [id], { recipes: ['poster'] })).toMatchObject({ __typename: 'UnknownRecipeError' })
  })
})

it('what has been completed with other files stays with them', async () => {
  const [one, two] = [await sendWhole(app, await jpeg(), 'one.jpg'), await sendWhole(app, await jpeg(), 'two.jpg')]
  await complete(app, [one.id])
  expect(await complete(app, [two.id, one.id])).toMatchObject({
    __typename: 'InvalidInputError',
    field: 'ids.1',
    message: 'one.jpg has been completed before, with other files.',
  })
  expect(await complete(app, [two.id])).toMatchObject({ __typename: 'StartRunPayload' })
})

it('where files are sent begins with the address that clients reach the service by', async () => {
  await using app = await createTestApp({ env: { SERVICE_URL: 'https://pictures.example.com', CONCURRENCY: '0' } })
  const { createUploads } = await app.gql<{ createUploads: { uploads: { url: string }[] } }>(`mutation {
    createUploads(input: { files: [{ filename: "a.jpg", byteSize: 10, mimeType: "image/jpeg" }] }) {
      ... on CreateUploadsPayload { uploads { url } }
    }
  }`)
  expect(createUploads.uploads[0]?.url).toMatch(/^https:\/\/pictures\.example\.com\/uploads\//)
})
