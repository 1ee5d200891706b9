import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createTestApp, type TestApp } from '../support/app.ts'
import { openSocket, readToEnd } from '../support/sockets.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({ env: { CONCURRENCY: '0', HEADERS_TIMEOUT_SECONDS: '1' } })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('connections that never say what they want', () => {
  it('do not keep others from being answered, and are ended', async () => {
    const { port } = new URL(app.url)
    const sockets = Array.from({ length: 100 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const endings = sockets.map((socket, index) => {
      // some say a little, some nothing, some go on and on
      if (index % 3 > 0) socket.write(`GET /graphql HTTP/1.1\r\nHost: localhost:${port}\r\n`)
      const more = index % 3 > 1 ? setInterval(() => socket.write('X-More: yes\r\n'), 100) : undefined
      return readToEnd(socket).finally(() => clearInterval(more))
    })
    const { __typename } = await app.gql<{ __typename: string }>('{ __typename queue { running } }')
    expect(__typename).toBe('Query')
    expect((await fetch(`${app.url}/health`)).status).toBe(200)
    for (const [index, ending] of (await Promise.all(endings)).entries()) {
      if (index % 3 > 0) expect(ending).toMatch(/^HTTP\/1\.1 408 /)
    }
  })

  it('are told that their headers are too large', async () => {
    await using socket = await openSocket(app.url)
    socket.write(`GET /health HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 431 /)
  })
})

describe('WebSockets', () => {
  const open = () => new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')

  it('that do not begin are closed with 4408', async () => {
    const [code] = await once(open(), 'close')
    expect(code).toBe(4408)
  })

  it('that send more than 64 KiB at once are closed with 1009', async () => {
    const socket = open()
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { long: 'x'.repeat(65 * 1024) } }))
    const [code] = await once(socket, 'close')
    expect(code).toBe(1009)
  })
})
