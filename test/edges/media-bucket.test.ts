import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createMedia } from '../../src/http/media.ts'
import { serveBucket } from '../../src/http/media-bucket.ts'
import { openStores } from '../../src/services/storage/open-stores.ts'
import { startStrictS3 } from '../support/strict-s3/server.ts'

const key = 'images/0123-abcd/thumbnail.webp'
const bytes = randomBytes(8 * 1024 * 1024)
const sha256 = createHash('sha256').update(bytes).digest('hex')

/** A bucket with one object, and its media route on a server. */
async function start(places?: number) {
  const s3 = await startStrictS3()
  const { endpoint, accessKeyId, secretAccessKey } = s3
  const stores = await openStores({
    url: 's3://pictures',
    originalsUrl: 's3://pictures',
    s3: { endpoint, accessKeyId, secretAccessKey, region: 'auto', acl: null, timeoutMs: 5_000 },
    tempDir: '/tmp/not-used',
    connections: 4,
  })
  const options = { contentType: 'image/webp', cacheControl: '', sha256, ifAbsent: true }
  await stores.variants.put(key, bytes, options)
  s3.log.length = 0
  const bucket = stores.backends.variants
  if (bucket.kind !== 's3') throw new Error('No bucket.')
  const refuse = (response: ServerResponse, status: number) =>
    void (response.headersSent ? response.destroy() : response.writeHead(status).end())
  const serve = places ? serveBucket(bucket, { describe() {}, refuse }, places) : createMedia(bucket)
  let over = 0
  const server = createServer((request, response) => {
    void serve(request, response, (request.url ?? '').slice(1)).then(() => {
      over += 1
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await stores[Symbol.asyncDispose]()
    await s3[Symbol.asyncDispose]()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${key}`
  return { s3, stores, url, over: () => over }
}

it('gives an ETag, and does not send again what the reader has', async () => {
  const { s3, url } = await start()
  const response = await fetch(url)
  expect(response.headers.get('etag')).toBe(`"${sha256}"`)
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  for (const known of [`"${sha256}"`, `"x", W/"${sha256}"`, '*']) {
    const same = await fetch(url, { headers: { 'if-none-match': known } })
    expect([same.status, same.headers.get('etag')]).toEqual([304, `"${sha256}"`])
    expect(same.headers.get('cache-control')).toContain('immutable')
  }
  expect(s3.log.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'HEAD', 'HEAD'])
  expect((await fetch(url, { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
})

it('answers HEAD without opening the object', async () => {
  const { s3, url } = await start()
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)])
  expect(s3.log.map(({ method }) => method)).toEqual(['HEAD'])
})

it('leaves a storage alone that is away, as everything else does', async () => {
  const { s3, stores, url } = await start()
  await s3.stop()
  for (let asked = 0; asked < 3; asked += 1) expect((await fetch(url)).status).toBe(502)
  expect(stores.waitMs()).toBeGreaterThan(0)
  const since = performance.now()
  expect((await fetch(url)).status).toBe(502)
  expect(performance.now() - since).toBeLessThan(200)
})

it('opens only so many objects at once, and goes on when a reader has gone', async () => {
  const { s3, url } = await start(2)
  const stalled = Array.from({ length: 4 }, () => get(url, () => {}).on('error', () => {}))
  await sleep(300)
  expect(s3.log).toHaveLength(2)
  for (const reader of stalled.slice(0, 3)) reader.destroy()
  const [last] = stalled.slice(3)
  if (!last) throw new Error('No reader.')
  const [response] = await once(last, 'response')
  expect((await buffer(response)).equals(bytes)).toBe(true)
})

it('has answered only when the last byte has left', async () => {
  const { url, over } = await start()
  const reader = get(url, () => {})
  const [response] = await once(reader, 'response')
  await sleep(100)
  expect(over()).toBe(0)
  await buffer(response)
  await sleep(50)
  expect(over()).toBe(1)
})
