import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, it, onTestFinished } from 'vitest'
import { type StrictS3Options, startStrictS3 } from '../support/strict-s3/server.ts'

const Bucket = 'pictures'
const Key = 'images/0123-abcd/main in.webp'
const Body = randomBytes(3_000)

/** What a middleware may change after the request was signed. */
interface SentRequest {
  headers: Record<string, string>
  body: Uint8Array
  path: string
}

async function start(options: StrictS3Options = {}, settings: S3ClientConfig = {}) {
  const s3 = await startStrictS3(options)
  const { accessKeyId, secretAccessKey, endpoint } = s3
  const client = new S3Client({
    endpoint,
    region: 'auto',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...settings,
  })
  onTestFinished(async () => {
    client.destroy()
    await s3[Symbol.asyncDispose]()
  })
  return {
    s3,
    client,
    put: (input: Partial<PutObjectCommandInput> = {}) =>
      client.send(new PutObjectCommand({ Bucket, Key, Body, ...input })),
  }
}

/** Changes requests between signing and sending, as somebody on the way could. */
function tamper(client: S3Client, change: (request: SentRequest) => void): void {
  client.middlewareStack.add(
    (next) => (args) => {
      change(args.request as SentRequest)
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
}

it('stores what is signed, under any key, and gives it back', async () => {
  const { client, put } = await start()
  const { ETag } = await put({ Key: 'images/ü+&=% a.webp', ContentType: 'image/webp', Metadata: { sha256: 'abc' } })
  expect(ETag).toBe(`"${createHash('md5').update(Body).digest('hex')}"`)
  const answer = await client.send(new GetObjectCommand({ Bucket, Key: 'images/ü+&=% a.webp' }))
  expect(answer).toMatchObject({ ContentType: 'image/webp', ContentLength: 3_000, ETag, Metadata: { sha256: 'abc' } })
  expect(Body.equals((await answer.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true)
})

it.each<[string, (request: SentRequest) => void, string]>([
  ['other bytes', (request) => Object.assign(request, { body: randomBytes(3_000) }), 'XAmzContentSHA256Mismatch'],
  ['another key', (request) => Object.assign(request, { path: '/pictures/other.webp' }), 'SignatureDoesNotMatch'],
  ['another type', ({ headers }) => Object.assign(headers, { 'content-type': 'text/html' }), 'SignatureDoesNotMatch'],
  ['a header that was not signed', ({ headers }) => Object.assign(headers, { 'x-amz-meta-a': 'b' }), 'AccessDenied'],
  ['no signature', ({ headers }) => void delete headers.authorization, 'AccessDenied'],
  [
    'half a signature',
    ({ headers }) => Object.assign(headers, { authorization: 'AWS4-HMAC-SHA256 x' }),
    'AuthorizationHeaderMalformed',
  ],
])('refuses a put that arrives with %s', async (_what, change, name) => {
  const { s3, client, put } = await start()
  tamper(client, change)
  await expect(put({ ContentType: 'image/webp' })).rejects.toMatchObject({ name })
  expect(s3.objects.size).toBe(0)
})

it.each<[string, Partial<PutObjectCommandInput>, string]>([
  ['another MD5', { ContentMD5: createHash('md5').update('x').digest('base64') }, 'BadDigest'],
  ['another CRC32', { ChecksumCRC32: 'AAAAAA==' }, 'BadDigest'],
  ['another SHA-256', { ChecksumSHA256: createHash('sha256').update('x').digest('base64') }, 'BadDigest'],
  ['a checksum that it does not know', { ChecksumCRC64NVME: 'AAAAAAAAAAA=' }, 'NotImplemented'],
  ['two checksums', { ContentMD5: 'x', ChecksumCRC32: 'AAAAAA==' }, 'InvalidRequest'],
  ['an ACL', { ACL: 'public-read' }, 'NotImplemented'],
  ['tags', { Tagging: 'a=b' }, 'NotImplemented'],
  ['a bucket that is not there', { Bucket: 'nowhere' }, 'NoSuchBucket'],
])('refuses a put with %s', async (_what, input, name) => {
  const { s3, put } = await start()
  await expect(put(input)).rejects.toMatchObject({ name })
  expect(s3.objects.size).toBe(0)
})

it('takes apart a stream that is sent in chunks', async () => {
  const { s3, put } = await start({}, { requestChecksumCalculation: 'WHEN_SUPPORTED' })
  await put({ Body: Readable.from([Body.subarray(0, 1_000), Body.subarray(1_000)]), ContentLength: 3_000 })
  expect(s3.log[0]?.headers['x-amz-content-sha256']).toBe('STREAMING-UNSIGNED-PAYLOAD-TRAILER')
  expect(s3.objects.get(`${Bucket}/${Key}`)?.body.equals(Body)).toBe(true)
})

it.each([
  ['bytes that were changed', 'hellO', 'NhCmhg==', 5, 'BadDigest'],
  ['fewer bytes than were promised', 'hello', 'NhCmhg==', 6, 'IncompleteBody'],
  ['nothing wrong', 'hello', 'NhCmhg==', 5, null],
])('compares chunks with %s', async (_what, text, checksum, length, code) => {
  const { s3, client } = await start()
  const headers = { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': String(length) }
  const command = new PutObjectCommand({ Bucket, Key })
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as SentRequest
      Object.assign(request.headers, headers, { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' })
      request.body = Buffer.from(`5\r\n${text}\r\n0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`)
      request.headers['content-length'] = String(request.body.length)
      return next(args)
    },
    { step: 'build', priority: 'low' },
  )
  const error = await client.send(command).then(
    () => null,
    (cause: Error) => cause.name,
  )
  expect(error).toBe(code)
  expect(s3.objects.get(`${Bucket}/${Key}`)?.body.toString()).toBe(code ? undefined : 'hello')
})

it('refuses a signature that is too old or from the future', async () => {
  let now = Date.now()
  const { put } = await start({ clock: () => now })
  await put()
  now += 16 * 60_000
  await expect(put()).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' })
  const { put: again } = await start({ clock: () => Date.now() - 16 * 60_000 })
  await expect(again()).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' })
})

it('lets anybody read a public bucket, and nobody another one or write', async () => {
  const { s3, put } = await start({ buckets: [Bucket, 'private'], publicBuckets: [Bucket] })
  await put()
  await put({ Bucket: 'private' })
  const status = async (bucket: string, method: string) =>
    (await fetch(`${s3.endpoint}/${bucket}/${encodeURI(Key)}`, { method })).status
  expect(await status(Bucket, 'GET')).toBe(200)
  expect(await status(Bucket, 'PUT')).toBe(403)
  expect(await status(Bucket, 'DELETE')).toBe(403)
  expect(await status('private', 'GET')).toBe(403)
  expect((await fetch(`${s3.endpoint}/${Bucket}?list-type=2`)).status).toBe(403)
})

it('refuses a presigned URL that was changed or has expired', async () => {
  let now = Date.now()
  const { client, put } = await start({ clock: () => now })
  await put()
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })
  expect((await fetch(url)).status).toBe(200)
  expect((await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403)
  expect((await fetch(url.replace('main', 'hd'))).status).toBe(403)
  now += 61_000
  expect((await fetch(url)).status).toBe(403)
})

it('gives back ranges, and refuses those beyond the end', async () => {
  const { client, put } = await start()
  await put()
  const range = (Range: string) => client.send(new GetObjectCommand({ Bucket, Key, Range }))
  const { Body: part, ContentRange } = await range('bytes=5-9')
  expect(Body.subarray(5, 10).equals((await part?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true)
  expect(ContentRange).toBe('bytes 5-9/3000')
  await expect(range('bytes=3000-')).rejects.toMatchObject({ name: 'InvalidRange' })
})

it('lists in pages, in the order of the keys', async () => {
  const { client, put } = await start({ pageSize: 2 })
  for (const key of ['a/3', 'a/1', 'b/1', 'a/2']) await put({ Key: key })
  const page = (ContinuationToken?: string) =>
    client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', ...(ContinuationToken && { ContinuationToken }) }))
  const first = await page()
  const second = await page(first.NextContinuationToken)
  expect([first, second].map(({ Contents, IsTruncated }) => [Contents?.map((each) => each.Key), IsTruncated])).toEqual([
    [['a/1', 'a/2'], true],
    [['a/3'], false],
  ])
})

it('answers the question of a browser for the web sites that it allows', async () => {
  const { s3 } = await start({ allowedOrigins: ['http://localhost:4000'] })
  const ask = (origin: string) =>
    fetch(`${s3.endpoint}/${Bucket}/a.webp`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    })
  const allowed = await ask('http://localhost:4000')
  expect(allowed.status).toBe(200)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:4000')
  expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type')
  expect((await ask('http://elsewhere.example')).status).toBe(403)
})

it('stores nothing of a body that breaks off', async () => {
  const { s3, client } = await start()
  const { hostname, port, pathname, search } = new URL(
    await getSignedUrl(client, new PutObjectCommand({ Bucket, Key })),
  )
  const socket = connect(Number(port), hostname)
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 3000\r\n\r\n`)
  socket.end(Body.subarray(0, 1_500))
  await new Promise((resolve) => socket.once('close', resolve).resume())
  expect(s3.objects.size).toBe(0)
})

it('keeps its objects over a stop, and its address', async () => {
  const { s3, client, put } = await start()
  await put()
  await s3.stop()
  await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toThrow(/ECONNREFUSED|socket hang up/)
  await s3.start()
  expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 3_000 })
})
