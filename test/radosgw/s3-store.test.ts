import { randomBytes, randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, it, onTestFinished } from 'vitest'
import type { S3Options } from '../../src/services/storage/s3-store.ts'
import { describeObjectStore } from '../support/object-store-contract.ts'
import { createTestS3Store } from '../support/s3-store.ts'

const {
  S3_ENDPOINT: endpoint = '',
  S3_ACCESS_KEY_ID: accessKeyId = '',
  S3_SECRET_ACCESS_KEY: secretAccessKey = '',
} = process.env
const access = { endpoint, accessKeyId, secretAccessKey }

async function createBucket(): Promise<string> {
  const Bucket = `test-${randomUUID()}`
  // any other region would be named as the place of the bucket, and radosgw knows none of them
  const client = new S3Client({ ...access, credentials: access, region: 'us-east-1', forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket }))
  client.destroy()
  return Bucket
}

describeObjectStore('the S3 store on radosgw', async () =>
  createTestS3Store(access, { bucket: await createBucket(), prefix: 'greenroom/test' }),
)

const key = 'images/0123-abcd/thumbnail.webp'
const bytes = randomBytes(5_000)
const options = { contentType: 'image/webp', cacheControl: 'public, max-age=60', sha256: '', ifAbsent: true }

async function start(settings: Partial<S3Options> = {}) {
  const created = await createTestS3Store(access, { bucket: await createBucket(), ...settings })
  onTestFinished(() => created[Symbol.asyncDispose]())
  return created.store
}

it.each<[string, Partial<S3Options>, RegExp]>([
  ['a wrong secret', { secretAccessKey: 'wrong-secret' }, /signature; check S3_SECRET_ACCESS_KEY/],
  ['an unknown access key', { accessKeyId: 'wrong-id' }, /check S3_ACCESS_KEY_ID/],
  ['a bucket that is not there', { bucket: 'nowhere' }, /bucket does not exist/],
])('names the cause when it is set up with %s', async (_what, settings, sentence) => {
  const store = await start(settings)
  await expect(store.put(key, bytes, options)).rejects.toMatchObject({
    code: 'STORAGE_NOT_CONFIGURED',
    message: expect.stringMatching(sentence),
  })
  await expect(store.head(key)).rejects.toMatchObject({ code: 'STORAGE_NOT_CONFIGURED' })
})

it.each(['auto', 'us-east-1', 'eu-west-1'])('works with the region %s', async (region) => {
  const store = await start({ region })
  expect(await store.put(key, bytes, options)).toBe('stored')
})

it('lets anybody read an object that is put with the ACL public-read, and no other', async () => {
  const bucket = await createBucket()
  const read = async (name: string) => (await fetch(`${endpoint}/${bucket}/${name}`)).status
  await (await start({ bucket, acl: 'public-read' })).put('images/public.webp', bytes, options)
  await (await start({ bucket })).put('images/private.webp', bytes, options)
  expect([await read('images/public.webp'), await read('images/private.webp')]).toEqual([200, 403])
})

it('hands type, caching and length to whoever reads', async () => {
  const bucket = await createBucket()
  await (await start({ bucket, acl: 'public-read' })).put(key, bytes, options)
  const { headers } = await fetch(`${endpoint}/${bucket}/${key}`)
  expect(headers.get('content-type')).toBe('image/webp')
  expect(headers.get('cache-control')).toBe('public, max-age=60')
  expect(headers.get('content-length')).toBe('5000')
})

it('lets a browser put exactly what was agreed', async () => {
  const store = await start()
  const wanted = { contentType: 'image/png', byteSize: 5_000, expiresInSeconds: 60 }
  const { url, headers } = await store.presignPut(key, wanted)
  const put = async (type: string, body: Buffer<ArrayBuffer>) =>
    (await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })).status
  expect(await put('text/html', bytes)).toBe(403)
  expect(await put('image/png', randomBytes(5_001))).toBe(403)
  expect((await fetch(url.replace('thumbnail', 'medium'), { method: 'PUT', body: bytes, headers })).status).toBe(403)
  expect(await store.head(key)).toBeNull()
  expect(await put('image/png', bytes)).toBe(200)
  expect(await store.head(key)).toEqual({ byteSize: 5_000, sha256: null })
})
