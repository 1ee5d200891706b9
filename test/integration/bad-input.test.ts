import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { multipart } from '../support/client.ts'
import { filesBelow } from '../support/files.ts'
import { damagedJpeg, jpeg, photo, picture, pngHeader } from '../support/images.ts'

const mebibyte = 1024 * 1024
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function traces() {
  const { image, artist, run, task, runEvent, variantSet, placement } = app.db
  const rows = [image, artist, run, task, runEvent, variantSet, placement] as { count(): Promise<number> }[]
  return { rows: await Promise.all(rows.map((model) => model.count())), files: await filesBelow(app.dir) }
}

describe('refused uploads', () => {
  let before: Awaited<ReturnType<typeof traces>>
  beforeEach(async () => {
    before = await traces()
  })
  afterEach(async () => {
    // nothing is left in the database, on disk or in temp
    expect(await traces()).toEqual(before)
  })

  it.each<[string, () => Buffer | Promise<Buffer>, string, string, RegExp]>([
    [
      'an empty body',
      () => Buffer.alloc(0),
      'UnsupportedImageTypeError',
      'UNSUPPORTED_IMAGE_TYPE',
      /^Unsupported image type: application\/x-empty$/,
    ],
    [
      'a text file named .jpg',
      () => Buffer.from('hello'),
      'UnsupportedImageTypeError',
      'UNSUPPORTED_IMAGE_TYPE',
      /^Unsupported image type: text\/plain$/,
    ],
    ['a GIF', () => gif, 'UnsupportedImageTypeError', 'UNSUPPORTED_IMAGE_TYPE', /^Unsupported image type: image\/gif$/],
    [
      'an SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'UnsupportedImageTypeError',
      'UNSUPPORTED_IMAGE_TYPE',
      /^Unsupported image type: image\/svg\+xml$/,
    ],
    [
      '10 MB and a byte',
      () => Buffer.alloc(10 * mebibyte + 1, 0xff),
      'ImageTooLargeError',
      'IMAGE_TOO_LARGE',
      /^File too large \(max 10MB\)$/,
    ],
    [
      '99x100',
      () => picture(99, 100).png().toBuffer(),
      'ImageTooSmallError',
      'IMAGE_TOO_SMALL',
      /^The image is 99x100 px/,
    ],
    [
      'a header of 20000x20000',
      () => pngHeader(20_000, 20_000),
      'TooManyPixelsError',
      'TOO_MANY_PIXELS',
      /^The image is 20000x20000 px/,
    ],
    [
      'a JPEG without its end',
      async () => (await photo('lamp-bird-small.jpg')).subarray(0, -2),
      'CorruptImageError',
      'CORRUPT_IMAGE',
      /^The file is cut off/,
    ],
  ])('%s', async (_what, bytes, type, code, message) => {
    expect(await app.upload(await bytes())).toEqual({
      __typename: type,
      code,
      message: expect.stringMatching(message),
    })
  })

  it('a blank artist name', async () => {
    expect(await app.upload(await jpeg(), { artistName: '  ' })).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      field: 'artistName',
      message: 'Name the artist who is in the picture.',
    })
  })

  it('no artist name at all', async () => {
    const query = 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { __typename } }'
    const response = await app.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'x-graphql-yoga-csrf': '1' },
      body: multipart(query, {}, await jpeg(), 'x.jpg'),
    })
    expect(await response.text()).toContain('"artistName\\" of required type \\"String!\\" was not provided')
  })

  it('a recipe that there is not', async () => {
    expect(await app.upload(await jpeg(), { recipes: ['presets', 'poster'] })).toMatchObject({
      __typename: 'UnknownRecipeError',
      code: 'UNKNOWN_RECIPE',
      message: expect.stringContaining('There is no recipe "poster"'),
    })
  })

  it('an empty list of recipes', async () => {
    expect(await app.upload(await jpeg(), { recipes: [] })).toMatchObject({ code: 'INVALID_INPUT', field: 'recipes' })
  })

  it.each(['&nbsp;', '\u0000\u200b', '<>'.repeat(150)])('an artist name that is none: %j', async (artistName) => {
    expect(await app.upload(await jpeg(), { artistName })).toMatchObject({ code: 'INVALID_INPUT', field: 'artistName' })
  })

  it.each(['x', { arrayBuffer: 1 }])('a file that is none: %j, with the way to send one', async (file) => {
    const mutation = 'mutation ($file: File!) { uploadImage(input: { file: $file, artistName: "X" }) { __typename } }'
    const { errors } = await app.ask(mutation, { file })
    expect(errors?.[0]?.message).toContain('Send the file as a part of a multipart request.')
  })

  it('a venue tag that could not stand in a key', async () => {
    expect(await app.upload(await jpeg(), { venueTag: '../x' })).toMatchObject({
      __typename: 'InvalidInputError',
      field: 'venueTag',
    })
  })

  it('a form of another site: multipart without the CSRF header', async () => {
    const response = await app.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      body: multipart(
        'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { __typename } }',
        { artistName: 'X' },
        await jpeg(),
        'x.jpg',
      ),
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('x-graphql-yoga-csrf'), extensions: { code: 'FORBIDDEN' } }],
    })
  })

  it.each([
    ['announced', false],
    ['not announced', true],
  ])('a body beyond the transport limit, its length %s', async (_what, chunked) => {
    const form = multipart(
      'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { __typename } }',
      { artistName: 'X' },
      Buffer.alloc(12 * mebibyte),
      'x.jpg',
    )
    const request = new Request(`${app.url}/graphql`, { method: 'POST', body: form })
    const body = new Uint8Array(await request.arrayBuffer())
    const headers = {
      host: new URL(app.url).host,
      'x-graphql-yoga-csrf': '1',
      'content-type': request.headers.get('content-type') ?? '',
    }
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers,
      body: chunked ? new Blob([body]).stream() : body,
      ...(chunked && { duplex: 'half' as const }),
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'IMAGE_TOO_LARGE' } }] })
  })

  it.each(['variables={', 'extensions=nothing'])('%s in an address or a form: what is no JSON', async (field) => {
    const [address, form] = [`${app.url}/graphql`, new URLSearchParams(`query={__typename}&${field}`)]
    const headers = { 'x-graphql-yoga-csrf': '1' }
    for (const response of [
      await fetch(`${address}?${form}`, { headers }),
      await fetch(address, { method: 'POST', headers, body: form }),
    ]) {
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    }
  })

  const run = Buffer.from('ProcessingRun:x').toString('base64')
  const cursorOf = (value: string) => Buffer.from(`GPC:${value}`).toString('base64')
  it.each([
    ['node(id: "VXBsb2FkOng=") { id }', 'There is nothing of the type Upload with an id in this API.'],
    ['image(id: "garbage") { id }', '"garbage" is not an id of this API.'],
    ['image(id: "") { id }', '"" is not an id of this API.'],
    [`image(id: "${run}") { id }`, `"${run}" is not an id of the type Image.`],
    ['run(id: "xyz") { id }', '"xyz" is not an id of this API.'],
    ['images(after: "xyz") { totalCount nodes { id } }', 'Invalid cursor: xyz'],
    [`images(before: "${cursorOf('N:5')}") { nodes { id } }`, `Invalid cursor: ${cursorOf('N:5')}`],
    [`runs { nodes { tasks(after: "${cursorOf('S:\0')}") { totalCount } } }`, `Invalid cursor: ${cursorOf('S:\0')}`],
  ])('{ %s }: an id that is none, or is of something else', async (query, message) => {
    const { errors } = await app.ask(`{ ${query} }`)
    expect(errors).toMatchObject([{ message, extensions: { code: 'INVALID_INPUT', retryable: false } }])
  })
})

it('a JPEG that is damaged inside comes in, then fails with code, stage and sentence, and leaves no variant', async () => {
  const { image, run } = await app.process(await damagedJpeg(), { filename: 'damaged.jpg' })
  const answer = await app.gql(
    `query ($image: ID!, $run: ID!) {
      image(id: $image) { status variantsReady readyMaxWidth variants { key } }
      run(id: $run) {
        status outcome totalCount failedCount processedCount progress
        tasks(status: [FAILED]) { totalCount edges { node { status errorCode errorMessage errorStage retryable attempt } } }
      }
    }`,
    { image: image.id, run: run.id },
  )
  expect(answer).toEqual({
    image: { status: 'FAILED', variantsReady: false, readyMaxWidth: 0, variants: [] },
    run: {
      status: 'FAILED',
      outcome: 'ALL_FAILED',
      totalCount: 1,
      failedCount: 1,
      processedCount: 1,
      progress: 1,
      tasks: {
        totalCount: 1,
        edges: [
          {
            node: {
              status: 'FAILED',
              errorCode: 'CORRUPT_IMAGE',
              errorMessage:
                'The image is damaged and cannot be decoded (Corrupt JPEG data: premature end of data segment).',
              errorStage: 'DECODE',
              retryable: false,
              attempt: 1,
            },
          },
        ],
      },
    },
  })
  expect((await filesBelow(app.dir)).filter((file) => !file.startsWith('private/originals/'))).toEqual([])
})
