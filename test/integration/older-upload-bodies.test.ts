import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { jpeg } from '../support/images.ts'
import { createOlderUploadClient, form, type OlderUploadClient, refusal } from '../support/older-upload.ts'

const mebibyte = 1024 * 1024

let app: TestApp
let client: OlderUploadClient
beforeAll(async () => {
  app = await createTestApp()
  client = createOlderUploadClient(app)
})
afterAll(() => app[Symbol.asyncDispose]())

const part = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
const type = { 'content-type': 'multipart/form-data; boundary=xyz' }

describe('a form that is none', () => {
  it('since it breaks off, wherever that is, is refused with a sentence', async () => {
    const before = await client.traces()
    const artist = '--xyz\r\nContent-Disposition: form-data; name="artist"\r\n\r\nX\r\n'
    const whole = Buffer.from(`${artist}${part}not a picture\r\n--xyz--`)
    for (let size = 0; size < whole.byteLength; size += 3) {
      const answer = await refusal(await client.post(new Uint8Array(whole.subarray(0, size)), type))
      expect(answer, `after ${size} bytes`).toEqual([400, expect.stringMatching(/^The form cannot be read: /)])
    }
    expect(await client.traces()).toEqual(before)
  })

  it('since it has no boundary, or another one', async () => {
    const none = await refusal(await client.post('--xyz--', { 'content-type': 'multipart/form-data' }))
    expect(none).toEqual([400, 'The form cannot be read: Multipart: Boundary not found.'])
    const [status] = await refusal(await client.post(`${part}x\r\n--abc--`, type))
    expect(status).toBe(400)
  })
})

it('a form comes in whose length nobody announces, with a preamble, an epilogue and other files', async () => {
  const other = '--xyz\r\nContent-Disposition: form-data; name="other"; filename="b.jpg"\r\n\r\nother\r\n'
  const pieces = [`preamble\r\n${other}${part}`, await jpeg(), `\r\n${other}--xyz--\r\nepilogue`]
  const body = new Blob(pieces.map((piece) => (typeof piece === 'string' ? piece : new Uint8Array(piece)))).stream()
  const init = { method: 'POST', headers: type, body, duplex: 'half' as const }
  const response = await fetch(`${app.url}/images/upload`, init)
  expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ status: 'processing' })])
})

it('a file comes in that has no name', async () => {
  const head = '--xyz\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream\r\n\r\n'
  const body = Buffer.concat([Buffer.from(head), await jpeg(), Buffer.from('\r\n--xyz--\r\n')])
  expect((await client.post(new Uint8Array(body), type)).status).toBe(200)
  expect(await app.db.image.count({ where: { filename: 'unnamed' } })).toBe(1)
})

describe('a body that is still being sent', () => {
  async function open(length: string): Promise<Socket> {
    const { port, host } = new URL(app.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(
      `POST /images/upload HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type['content-type']}\r\n${length}\r\n\r\n`,
    )
    return socket
  }

  it('of 12 MB is answered, and read to its end so that every client hears why', async () => {
    const answer = await refusal(await client.post(form(Buffer.alloc(12 * mebibyte))))
    expect(answer).toEqual([400, 'File too large (max 10MB)'])
    const socket = await open(`Content-Length: ${10.5 * mebibyte}`)
    const answered = once(socket, 'data')
    socket.write(part)
    await new Promise((resolve) => socket.write(Buffer.alloc(10.5 * mebibyte - part.length), resolve))
    expect(String((await answered)[0])).toContain('File too large (max 10MB)')
    socket.destroy()
  })

  it('a little over the limit does not break the next request of its client', async () => {
    using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 1 }), {
      [Symbol.dispose]: () => agent.destroy(),
    })
    const ask = async (method: string, path: string, headers: Record<string, string>, body = Buffer.alloc(0)) => {
      const asked = request(`${app.url}${path}`, { method, agent, headers }).end(body)
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      return [response.statusCode, response.headers.connection, await text(response)]
    }
    const over = Buffer.concat([Buffer.from(part), Buffer.alloc(10.5 * mebibyte), Buffer.from('\r\n--xyz--\r\n')])
    expect(await ask('POST', '/images/upload', type, over)).toEqual([
      400,
      'close',
      '{"detail":"File too large (max 10MB)"}',
    ])
    expect(await ask('GET', '/images/status/x', {})).toEqual([404, 'keep-alive', '{"detail":"Job not found"}'])
  })

  it('for ever is answered at the limit, and then no longer read', async () => {
    const socket = await open('Transfer-Encoding: chunked')
    let answer = ''
    socket.on('data', (some) => {
      answer += String(some)
    })
    const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mebibyte), Buffer.from('\r\n')])
    socket.write(`${part.length.toString(16)}\r\n${part}\r\n`)
    for (let sent = 0; sent < 500 && !socket.destroyed; sent++) {
      socket.write(piece)
      while (socket.writableLength > mebibyte && !socket.destroyed) await sleep(5)
    }
    expect(answer).toContain('{"detail":"File too large (max 10MB)"}')
    expect(socket.bytesWritten).toBeLessThan(40 * mebibyte)
  })

  it('that is announced as far too large is answered before it comes', async () => {
    const socket = await open('Content-Length: 1000000000')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /)
    await once(socket, 'close')
  })

  it('leaves nothing when its client goes away', async () => {
    // what came in before may still be in work
    await app.dispatcher.idle()
    const before = await client.traces()
    const socket = await open('Content-Length: 5000000')
    socket.write(part)
    socket.write(Buffer.alloc(mebibyte))
    await sleep(50)
    socket.resetAndDestroy()
    await sleep(200)
    expect(await client.traces()).toEqual(before)
    expect((await fetch(`${app.url}/health`)).status).toBe(200)
  })
})
