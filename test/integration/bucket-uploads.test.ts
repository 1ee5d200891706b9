import { describe, expect, it } from 'vitest'
import { type BucketApp, createBucketApp } from '../support/bucket-app.ts'
import { jpeg } from '../support/images.ts'

interface Target {
  id: string
  state: string
  method: string
  url: string
  headers: { name: string; value: string }[]
  expiresAt: string
}

async function announce(app: BucketApp, ...files: { filename: string; byteSize: number }[]): Promise<Target[]> {
  const answer = await app.gql<{ createUploads: { uploads: Target[] } }>(
    `mutation ($input: CreateUploadsInput!) { createUploads(input: $input) {
      ... on CreateUploadsPayload { uploads { id state method url expiresAt headers { name value } } } } }`,
    { input: { files: files.map((file) => ({ ...file, mimeType: 'image/jpeg' })) } },
  )
  return answer.createUploads.uploads
}

const send = ({ url, method, headers }: Target, body: Buffer, changes: Record<string, string> = {}) =>
  fetch(url, {
    method,
    body: new Blob([new Uint8Array(body)]),
    headers: { ...Object.fromEntries(headers.map(({ name, value }) => [name, value])), ...changes },
  })

async function complete(app: BucketApp, ids: string[]) {
  const answer = await app.gql<{ completeUploads: { code?: string; message?: string; run: { id: string } } }>(
    `mutation ($input: CompleteUploadsInput!) { completeUploads(input: $input) {
      ... on StartRunPayload { run { id } } ... on Error { code message } } }`,
    { input: { ids, artistName: 'Carl Cox', recipes: ['presets'] } },
  )
  return answer.completeUploads
}

const objects = (app: BucketApp, folder: string) => [...app.s3.objects.keys()].filter((name) => name.startsWith(folder))

describe('files sent straight to a bucket', () => {
  it('become images without passing through the service', async () => {
    await using app = await createBucketApp()
    const [one, two] = [await jpeg(), await jpeg()]
    const targets = await announce(
      app,
      { filename: 'one.jpg', byteSize: one.length },
      { filename: 'two.jpg', byteSize: two.length },
    )
    for (const [index, target] of targets.entries()) {
      expect(target).toMatchObject({ state: 'PENDING', method: 'PUT' })
      // browsers let no page set the length, which the address is for all the same
      expect(target.headers).toEqual([{ name: 'content-type', value: 'image/jpeg' }])
      expect(target.url.startsWith(`${app.s3.endpoint}/originals/uploads/`)).toBe(true)
      expect(Date.parse(target.expiresAt) - Date.now()).toBeLessThanOrEqual(600_000)
      expect((await send(target, index === 0 ? one : two)).status).toBe(200)
    }
    const ids = targets.map(({ id }) => id)
    const { run } = await complete(app, ids)
    await app.dispatcher.idle()
    expect(await app.db.variant.count()).toBe(6)
    expect((await app.db.image.findMany()).map(({ filename }) => filename).sort()).toEqual(['one.jpg', 'two.jpg'])
    expect(objects(app, 'originals/uploads/')).toEqual([])
    expect((await complete(app, ids)).run).toEqual(run)
  })

  it('are refused by the storage itself when they are not as announced', async () => {
    await using app = await createBucketApp()
    const bytes = await jpeg()
    const [target] = await announce(app, { filename: 'one.jpg', byteSize: bytes.length })
    if (!target) throw new Error('There is no target.')
    expect((await send(target, bytes, { 'content-type': 'text/html' })).status).toBe(403)
    expect(
      (await send({ ...target, headers: [] }, Buffer.concat([bytes, bytes]), { 'content-type': 'image/jpeg' })).status,
    ).toBe(403)
    expect(await complete(app, [target.id])).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('sent'),
    })
    expect(objects(app, 'originals/')).toEqual([])
  })

  it('are what was checked, whatever is sent to the same address later', async () => {
    await using app = await createBucketApp({ CONCURRENCY: '0' })
    const bytes = await jpeg()
    const [target] = await announce(app, { filename: 'one.jpg', byteSize: bytes.length })
    if (!target) throw new Error('There is no target.')
    await send(target, bytes)
    await complete(app, [target.id])
    const other = Buffer.from(bytes)
    other.fill(0, 200, 300)
    expect((await send(target, other)).status).toBe(200)
    const { originalKey, sha256 } = await app.db.image.findFirstOrThrow()
    expect(app.s3.objects.get(`originals/${originalKey}`)?.headers['x-amz-meta-sha256']).toBe(sha256)
    expect(app.s3.objects.get(`originals/${originalKey}`)?.body.equals(bytes)).toBe(true)
  })

  it('that turn out to be no pictures are refused by name, and nothing of them is kept', async () => {
    await using app = await createBucketApp()
    const text = Buffer.from('This is no picture, whatever it is called.')
    const [target] = await announce(app, { filename: 'notes.jpg', byteSize: text.length })
    if (!target) throw new Error('There is no target.')
    await send(target, text)
    expect(await complete(app, [target.id])).toMatchObject({
      code: 'UNSUPPORTED_IMAGE_TYPE',
      message: 'notes.jpg: Unsupported image type: text/plain',
    })
    expect(objects(app, 'originals/originals/')).toEqual([])
    expect(await app.db.image.count()).toBe(0)
  })
})
