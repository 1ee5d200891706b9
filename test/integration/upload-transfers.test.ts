import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { eventually } from '../support/eventually.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { announceOne, complete, facts, headersOf, send, sendWhole, type Target } from '../support/uploads.ts'

let app: TestApp
let bytes: Buffer
beforeAll(async () => {
  app = await createTestApp()
  bytes = await jpeg()
})
afterAll(() => app[Symbol.asyncDispose]())

const sentFiles = async () => (await filesBelow(app.dir)).filter((file) => /uploads\/|\.tmp/.test(file))
const stateOf = async ({ id }: Target) =>
  (await app.db.upload.findUniqueOrThrow({ where: { id: databaseId(id) } })).state
const tokenOf = (target: Target) => headersOf(target)['x-upload-token'] ?? ''

async function answerOf(response: Response | Promise<Response>) {
  const { status, headers } = await response
  const { error, code } = (await (await response).json()) as { error: string; code: string }
  return { status, error, code, allow: headers.get('allow') }
}

describe('a file that is not what was announced', () => {
  let target: Target
  afterEach(async () => {
    // the address is as good as before
    expect(await stateOf(target)).toBe('PENDING')
    expect(await sentFiles()).toEqual([])
    expect((await send(target, bytes)).status).toBe(204)
    await complete(app, [target.id])
    await app.dispatcher.idle()
  })

  const stream = (content: Uint8Array) => new Blob([new Uint8Array(content)]).stream()
  const longer = () => Buffer.concat([bytes, Buffer.from('x')])
  it.each<[string, () => Uint8Array | ReadableStream, number, string, RegExp]>([
    ['is shorter', () => bytes.subarray(1), 400, 'CORRUPT_IMAGE', /^The file has \d+ of the \d+ bytes announced\.$/],
    ['is longer', longer, 413, 'IMAGE_TOO_LARGE', /^The file has more than the \d+ bytes announced\.$/],
    ['turns out shorter', () => stream(bytes.subarray(1)), 400, 'CORRUPT_IMAGE', /^The file has \d+ of/],
    ['turns out longer', () => stream(longer()), 413, 'IMAGE_TOO_LARGE', /^The file has more than/],
    ['is empty', () => stream(Buffer.alloc(0)), 400, 'CORRUPT_IMAGE', /^The file has 0 of/],
    ['has other bytes', () => Buffer.alloc(bytes.byteLength), 400, 'CORRUPT_IMAGE', /SHA-256 is another/],
  ])('is refused when it %s', async (_what, body, status, code, error) => {
    target = await announceOne(app, facts(bytes))
    expect(await answerOf(send(target, body()))).toMatchObject({ status, code, error: expect.stringMatching(error) })
  })

  it('is refused when it goes on and on, and is read no further', async () => {
    target = await announceOne(app, facts(bytes))
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    expect(await answerOf(send(target, endless))).toMatchObject({ status: 413, code: 'IMAGE_TOO_LARGE' })
    expect(pulled).toBeLessThan(1_000)
  })

  it('is refused when its type is another', async () => {
    target = await announceOne(app, facts(bytes))
    expect(await answerOf(send(target, bytes, { 'content-type': 'image/png' }))).toMatchObject({
      status: 415,
      error: 'Send it with the content type announced, image/jpeg.',
    })
  })

  it('leaves nothing when its client goes away in the middle', async () => {
    target = await announceOne(app, facts(bytes))
    const { port, host, pathname } = new URL(target.url)
    const socket = connect(Number(port), '127.0.0.1')
    const headers = { host, 'content-length': bytes.byteLength, ...headersOf(target) }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write([`PUT ${pathname} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
    socket.write(bytes.subarray(0, bytes.byteLength / 2))
    await eventually('a file is begun', async () => (await sentFiles()).length > 0)
    socket.destroy()
    await eventually('the file is gone', async () => (await sentFiles()).length === 0)
  })
})

describe('the token', () => {
  it('is 256 bits in a header, never in the address, and only its hash is kept', async () => {
    const target = await announceOne(app, facts(bytes))
    const token = tokenOf(target)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(target.url).toBe(`http://localhost:${new URL(app.url).port}/uploads/${databaseId(target.id)}`)
    const row = await app.db.upload.findUniqueOrThrow({ where: { id: databaseId(target.id) } })
    expect(row.tokenHash).toBe(createHash('sha256').update(token).digest('hex'))
    expect(JSON.stringify(row)).not.toContain(token)
    expect(row.tempKey).toMatch(/^uploads\/[0-9a-f]{32}\.bin$/)
  })

  it('is needed, and has to be that of this upload', async () => {
    const [target, other] = [await announceOne(app, facts(bytes)), await announceOne(app, facts(bytes))]
    const { 'content-type': type = '' } = headersOf(target)
    const without = fetch(target.url, { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(bytes) })
    expect(await answerOf(without)).toMatchObject({
      status: 401,
      code: 'UNAUTHORIZED',
      error: 'Send the token of this upload in the header x-upload-token.',
    })
    for (const token of [tokenOf(other), '', 'x'.repeat(10_000), 'ü']) {
      const response = send(target, bytes, { 'x-upload-token': token })
      expect(await answerOf(response)).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    }
    expect(await stateOf(target)).toBe('PENDING')
  })

  it('is good for one file', async () => {
    const target = await sendWhole(app, bytes)
    expect(await answerOf(send(target, bytes))).toMatchObject({
      status: 409,
      error: 'This upload has its file already.',
    })
    await complete(app, [target.id])
    expect((await send(target, bytes)).status).toBe(409)
  })

  it('ends when the file is announced again', async () => {
    const file = { ...facts(bytes), clientKey: 'ends' }
    const [old, fresh] = [await announceOne(app, file), await announceOne(app, file)]
    expect(await answerOf(send(old, bytes))).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    expect((await send(fresh, bytes)).status).toBe(204)
  })

  it('ends with its upload', async () => {
    const target = await announceOne(app, facts(bytes))
    await app.db.upload.update({ where: { id: databaseId(target.id) }, data: { expiresAt: new Date(0) } })
    expect(await answerOf(send(target, bytes))).toMatchObject({
      status: 410,
      error: 'This upload has expired; announce the file again.',
    })
  })
})

it('of two transfers at once the first that is whole wins, and keeps its bytes', async () => {
  const fastBytes = await jpeg()
  const slowBytes = Buffer.alloc(fastBytes.byteLength)
  const target = await announceOne(app, { ...facts(fastBytes), sha256: null })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const slow = send(target, readable)
  await writer.write(slowBytes.subarray(0, 1_000))
  expect((await send(target, fastBytes)).status).toBe(204)
  await writer.write(slowBytes.subarray(1_000))
  await writer.close()
  expect((await slow).status).toBe(409)
  const { run } = await complete(app, [target.id])
  const { run: read } = await app.gql<{ run: { tasks: { nodes: { image: { sha256: string } }[] } } }>(
    'query ($id: ID!) { run(id: $id) { tasks { nodes { image { sha256 } } } } }',
    { id: run.id },
  )
  expect(read.tasks.nodes).toEqual([{ image: { sha256: facts(fastBytes).sha256 } }])
})

it('a file cannot be sent while it is being completed', async () => {
  const target = await sendWhole(app, await jpeg())
  const completing = complete(app, [target.id])
  expect((await send(target, bytes)).status).toBe(409)
  expect(await completing).toMatchObject({ __typename: 'StartRunPayload' })
})

it('takes nothing but PUT, HEAD and PATCH, of nobody but this machine, for nothing but its uploads', async () => {
  const target = await announceOne(app, facts(bytes))
  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
    expect(await answerOf(fetch(target.url, { method }))).toMatchObject({ status: 405, allow: 'PUT, HEAD, PATCH' })
  }
  expect((await send(target, bytes, { origin: 'https://example.com' })).status).toBe(403)
  for (const id of ['nothing', '', '..%2f..%2fetc', 'a/b']) {
    const url = new URL(`/uploads/${id}`, target.url).href
    expect(await answerOf(send({ ...target, url }, bytes))).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  }
})
