import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { rawRequest } from '../support/raw-request.ts'
import { openSocket } from '../support/sockets.ts'

let app: TestApp
let url: string
beforeAll(async () => {
  app = await createTestApp()
  const { image } = await app.process(await jpeg(), { recipes: ['presets'] })
  const answer = await app.gql<{ image: { variant: { url: string } } }>(
    'query ($id: ID!) { image(id: $id) { variant(name: "medium") { url } } }',
    { id: image.id },
  )
  url = answer.image.variant.url
})
afterAll(() => app[Symbol.asyncDispose]())

const statusOf = async (rawPath: string, headers: Record<string, string> = {}) =>
  (await rawRequest(app.url, rawPath, { headers })).status

describe('a stored variant', () => {
  it('is served with its type, to be kept for ever, and so that nothing in it can run', async () => {
    const { status, headers } = await fetch(url)
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'content-disposition': 'inline; filename="medium.webp"',
      'accept-ranges': 'bytes',
      etag: expect.any(String),
    })
  })

  it('is not sent again to who has it', async () => {
    const etag = (await fetch(url)).headers.get('etag') ?? ''
    // not with fetch, which adds "Cache-Control: no-cache" of its own
    expect(await statusOf(new URL(url).pathname, { 'if-none-match': etag })).toBe(304)
    expect(await statusOf(new URL(url).pathname, { 'if-none-match': '"another"' })).toBe(200)
  })

  it('is the same whatever else the request says, in the eyes of caches too', async () => {
    const plain = await fetch(url)
    const headers = { accept: 'image/avif', cookie: 'a=b', 'accept-language': 'de', 'user-agent': 'x', dpr: '2' }
    const odd = await fetch(`${url}?width=1`, { headers })
    expect(odd.headers.get('vary')).toBeNull()
    expect(odd.headers.get('etag')).toBe(plain.headers.get('etag'))
    expect(Buffer.from(await odd.arrayBuffer()).equals(Buffer.from(await plain.arrayBuffer()))).toBe(true)
  })

  it('is served in parts', async () => {
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer())
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${whole.byteLength}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(10, 20))).toBe(true)
    expect((await fetch(url, { headers: { range: `bytes=${whole.byteLength}-` } })).status).toBe(416)
  })

  it('answers HEAD, and nothing that writes', async () => {
    const head = await fetch(url, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(405)
  })
})

describe('everything else', () => {
  it('is not there: originals, the database, what is outside', async () => {
    const original = (await filesBelow(app.dir)).find((file) => file.startsWith('private/originals/')) ?? ''
    expect(original).not.toBe('')
    const key = path.basename(original)
    for (const hidden of [
      `/media/${original}`,
      `/media/originals/${key}`,
      `/media/images/../${original}`,
      `/media/images/%2e%2e/${original}`,
      `/media/variants/..%2f${original}`,
      '/media/private/greenroom.db',
      '/media/images/../../etc/passwd',
      '/media//etc/passwd',
      '/media/.tmp/x.webp',
      '/media/images',
      '/media/images/',
      '/media/',
    ]) {
      expect(await statusOf(hidden), hidden).toBe(404)
    }
  })

  it('is not there because a name begins alike: of a folder inside, or of one beside', async () => {
    const folders = [path.join(app.dir, 'variants123'), path.join(`${app.dir}123`, 'variants')]
    try {
      for (const folder of folders) {
        await mkdir(folder, { recursive: true })
        await writeFile(path.join(folder, 'x.webp'), 'not for the public')
      }
      const beside = `${path.basename(app.dir)}123/variants/x.webp`
      for (const hidden of [
        'variants123/x.webp',
        'variants/../variants123/x.webp',
        `../${beside}`,
        `%2e%2e%2f${beside}`,
      ]) {
        expect(await statusOf(`/media/${hidden}`), hidden).toBe(404)
      }
    } finally {
      await rm(`${app.dir}123`, { recursive: true })
    }
  })

  it('is a 404 that no cache may keep', async () => {
    const missing = await fetch(url.replace('medium', 'missing'))
    expect(missing.status).toBe(404)
    expect(missing.headers.get('cache-control')).toBe('no-store')
    expect(missing.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('the service', () => {
  it('says that it is alive', async () => {
    const response = await fetch(`${app.url}/health`)
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  it('refuses pages of other sites, rebound names and proxies on every path', async () => {
    for (const path of ['/health', '/graphql', new URL(url).pathname]) {
      expect(await statusOf(path, { host: 'attacker.example' })).toBe(403)
      expect(await statusOf(path, { origin: 'https://attacker.example' })).toBe(403)
      expect(await statusOf(path, { 'x-forwarded-for': '203.0.113.7' })).toBe(403)
    }
  })

  it('stays up when asked for what is no path, or when a refused client hangs up', async () => {
    expect(await statusOf('//')).toBe(400)
    for (const path of ['//', '/elsewhere']) {
      await using socket = await openSocket(app.url)
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: attacker.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      )
      socket.resetAndDestroy()
    }
    await sleep(50)
    expect((await fetch(`${app.url}/health`)).status).toBe(200)
  })

  it('says what is not there', async () => {
    const response = await fetch(`${app.url}/nothing`)
    expect([response.status, await response.json()]).toEqual([404, { error: 'There is nothing at /nothing.' }])
  })
})
