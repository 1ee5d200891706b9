import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { createTestDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { createDataDir } from '../support/server.ts'
import { announceOne, complete, facts, headersOf, lookAt, send, sendPart, type Target } from '../support/uploads.ts'

let app: TestApp
let bytes: Buffer
beforeAll(async () => {
  app = await createTestApp()
})
beforeEach(async () => {
  bytes = await jpeg(400, 300)
})
afterAll(() => app[Symbol.asyncDispose]())

const privateFiles = () => filesBelow(path.join(app.dir, 'private'))
const rowOf = ({ id }: Target) => app.db.upload.findUniqueOrThrow({ where: { id: databaseId(id) } })
const middle = () => Math.floor(bytes.byteLength / 2)

async function answerOf(response: Promise<Response>) {
  const { status, headers } = await response
  const { error } = (await (await response).json()) as { error: string }
  return { status, error, offset: headers.get('upload-offset') }
}

/** A PATCH that has sent the beginning of the file and says nothing more. */
async function sendBeginning(target: Target, length: number): Promise<Socket> {
  const { port, host, pathname } = new URL(target.url)
  const socket = connect(Number(port), '127.0.0.1').on('error', () => {})
  const headers = {
    ...headersOf(target),
    host,
    'content-type': 'application/offset+octet-stream',
    'content-length': bytes.byteLength,
    'upload-offset': 0,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write([`PATCH ${pathname} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  socket.write(bytes.subarray(0, length))
  await eventually('the beginning has come', async () => {
    const { tempKey } = await rowOf(target)
    return (await privateFiles()).includes(tempKey)
  })
  return socket
}

describe('a file that is sent in parts', () => {
  it('tells how much there is, goes on from there, and becomes the image that was announced', async () => {
    const target = await announceOne(app, facts(bytes))
    expect(target.resumable).toBe(true)
    expect(await lookAt(target)).toBe(`0 of ${bytes.byteLength}`)
    const first = await sendPart(target, 0, bytes.subarray(0, middle()))
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, String(middle())])
    expect(await lookAt(target)).toBe(`${middle()} of ${bytes.byteLength}`)
    expect(await complete(app, [target.id])).toMatchObject({ message: 'photo.jpg has not been sent yet.' })
    const second = await sendPart(target, middle(), bytes.subarray(middle()))
    expect([second.status, second.headers.get('upload-offset')]).toEqual([204, String(bytes.byteLength)])
    const { state, tempKey } = await rowOf(target)
    expect(state).toBe('RECEIVED')
    // the answer to the last part may have been lost
    expect(await lookAt(target)).toBe(`${bytes.byteLength} of ${bytes.byteLength}`)
    expect(await complete(app, [target.id])).toMatchObject({ run: { totalCount: 1 } })
    expect(await privateFiles()).not.toContain(tempKey)
  })

  it('keeps what has come when the connection breaks, and is the same upload under its client key', async () => {
    const other = await jpeg(400, 300)
    const file = { ...facts(other), clientKey: 'broken off' }
    const target = await announceOne(app, file)
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(other.subarray(0, 2_000)))
      },
      async pull(controller) {
        const { tempKey } = await rowOf(target)
        await eventually('the beginning has come', async () => (await privateFiles()).includes(tempKey))
        controller.error(new Error('gone'))
      },
    })
    await expect(sendPart(target, 0, broken)).rejects.toThrow()
    const again = await announceOne(app, file)
    expect(again.id).toBe(target.id)
    expect(await lookAt(target)).toBe(403)
    await eventually('what was sent is there', async () => (await lookAt(again)) === `2000 of ${other.byteLength}`)
    expect((await sendPart(again, 2_000, other.subarray(2_000))).status).toBe(204)
    expect(await complete(app, [again.id])).toMatchObject({ run: { totalCount: 1 } })
  })

  it('is refused where it does not go on, and what there is stays', async () => {
    const target = await announceOne(app, facts(bytes))
    await sendPart(target, 0, bytes.subarray(0, 100))
    const refused = { status: 409, offset: '100', error: 'There are 100 bytes of it; go on from there.' }
    expect(await answerOf(sendPart(target, 0, bytes))).toEqual(refused)
    expect(await answerOf(sendPart(target, 101, bytes.subarray(101)))).toEqual(refused)
    for (const offset of ['', '-1', '1e3', 'x']) {
      expect(await answerOf(sendPart(target, 0, bytes, { 'upload-offset': offset }))).toMatchObject({ status: 400 })
    }
    expect(await answerOf(sendPart(target, 100, bytes.subarray(100), { 'content-type': 'image/jpeg' }))).toMatchObject({
      status: 415,
    })
    expect(await answerOf(sendPart(target, 100, bytes))).toMatchObject({ status: 413 })
    expect(await answerOf(sendPart(target, 100, new Blob([new Uint8Array(bytes)]).stream()))).toMatchObject({
      status: 413,
    })
    expect(await lookAt(target)).toMatch(/^[1-9]/)
  })

  it('begins anew when its bytes are not those announced', async () => {
    const target = await announceOne(app, facts(bytes))
    await sendPart(target, 0, Buffer.alloc(100))
    expect(await answerOf(sendPart(target, 100, bytes.subarray(100)))).toMatchObject({
      status: 400,
      error: 'The bytes are not those announced: their SHA-256 is another.',
    })
    expect(await lookAt(target)).toBe(`0 of ${bytes.byteLength}`)
    expect((await sendPart(target, 0, bytes)).status).toBe(204)
  })

  it('needs the token of this upload, and ends with it', async () => {
    const [target, other] = [await announceOne(app, facts(bytes)), await announceOne(app, facts(bytes))]
    const token = headersOf(other)['x-upload-token'] ?? ''
    expect((await sendPart(target, 0, bytes, { 'x-upload-token': token })).status).toBe(403)
    expect(await lookAt({ ...target, headers: other.headers })).toBe(403)
    expect(await lookAt({ ...target, headers: [] })).toBe(401)
    expect(await lookAt({ ...target, url: `${target.url}0` })).toBe(404)
    await sendPart(target, 0, bytes.subarray(0, 100))
    await app.db.upload.update({ where: { id: databaseId(target.id) }, data: { expiresAt: new Date(0) } })
    expect(await lookAt(target)).toBe(410)
    expect((await sendPart(target, 100, bytes.subarray(100))).status).toBe(410)
  })
})

describe('two senders of one file', () => {
  it('do not mix: who comes later goes on, also where the first has gone silent', async () => {
    const target = await announceOne(app, facts(bytes))
    const silent = await sendBeginning(target, 1_000)
    const answer = new Promise<string>((resolve) => silent.once('data', (data) => resolve(String(data))))
    expect(await lookAt(target)).toBe(`1000 of ${bytes.byteLength}`)
    expect(await answer).toMatch(/^HTTP\/1\.1 409 /)
    silent.destroy()
    expect((await sendPart(target, 1_000, bytes.subarray(1_000))).status).toBe(204)
  })

  it('at once, over and over, leave the file that was announced', async () => {
    const target = await announceOne(app, facts(bytes))
    const senders = Array.from({ length: 8 }, () => sendPart(target, 0, bytes).then(({ status }) => status))
    const statuses = await Promise.all(senders)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(7)
    expect(await complete(app, [target.id])).toMatchObject({ __typename: 'StartRunPayload' })
  })

  it('of which one sends it whole: that one wins, and the part is gone', async () => {
    const target = await announceOne(app, facts(bytes))
    const silent = await sendBeginning(target, 1_000)
    const { tempKey: part } = await rowOf(target)
    expect((await send(target, bytes)).status).toBe(204)
    silent.destroy()
    expect(await privateFiles()).not.toContain(part)
    expect(await complete(app, [target.id])).toMatchObject({ __typename: 'StartRunPayload' })
  })
})

it('what has come outlives the service, and is removed with its upload', async () => {
  await using data = await createDataDir()
  await using database = await createTestDatabase()
  const env = { DATA_DIR: data.dir, DATABASE_URL: database.url }
  const file = { ...facts(bytes), clientKey: 'long' }
  const folder = path.join(data.dir, 'private', 'uploads')
  await (async () => {
    await using first = await createTestApp({ env })
    await sendPart(await announceOne(first, file), 0, bytes.subarray(0, 500))
  })()
  await (async () => {
    await using second = await createTestApp({ env })
    expect(await lookAt(await announceOne(second, file))).toBe(`500 of ${bytes.byteLength}`)
    await second.db.upload.updateMany({ data: { expiresAt: new Date(0) } })
  })()
  await using third = await createTestApp({ env })
  await expect.poll(() => filesBelow(folder), { timeout: 20_000 }).toEqual([])
  await expect.poll(() => third.db.upload.count(), { timeout: 20_000 }).toBe(0)
})
