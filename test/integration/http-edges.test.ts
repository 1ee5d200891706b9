import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createTestApp } from '../support/app.ts'
import { openSocket, readToEnd } from '../support/sockets.ts'
import { createAppWithTokens } from '../support/tokens.ts'

/** What comes back for these lines, until the connection ends. */
async function send(url: string, ...lines: string[]): Promise<string> {
  await using socket = await openSocket(url)
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'))
  return await readToEnd(socket)
}

describe('a request', () => {
  it('with a host that no address can be made of is refused, with no word of what is inside', async () => {
    await using service = await createAppWithTokens({ CONCURRENCY: '0' })
    for (const host of ['a b', 'a/b', 'user@host', '[::1', 'host:port']) {
      const lines = [`Host: ${host}`, 'Accept: text/html']
      const answer = await send(service.app.url, 'GET /graphql?x=1 HTTP/1.1', ...lines)
      expect(answer, host).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer, host).not.toMatch(/ at |node_modules|\.ts/)
    }
  })

  it('whose address ends like that of a health check is answered as every other', async () => {
    await using service = await createAppWithTokens({ CONCURRENCY: '0' })
    expect((await fetch(`${service.app.url}/graphql?x=/health`)).status).toBe(401)
  })

  it('is answered with what nobody may keep', async () => {
    await using app = await createTestApp({ env: { CONCURRENCY: '0' } })
    const asked = await fetch(`${app.url}/graphql?query={__typename}`, { headers: { 'x-graphql-yoga-csrf': '1' } })
    expect([asked.status, asked.headers.get('cache-control')]).toEqual([200, 'no-store'])
  })

  it('that comes while the service ends is told so, and does no harm', async () => {
    await using app = await createTestApp({ env: { CONCURRENCY: '0' } })
    // its client never answers the closing, for which the service waits a second
    await using silent = await openSocket(app.url)
    const handshake = [
      'GET /graphql HTTP/1.1',
      `Host: ${new URL(app.url).host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ]
    silent.write([...handshake, '', ''].join('\r\n'))
    await once(silent, 'data')
    await using socket = await openSocket(app.url)
    const head = `GET /health HTTP/1.1\r\nHost: ${new URL(app.url).host}\r\n`
    const answers = readToEnd(socket)
    // the second has begun when the first is answered
    socket.write(`${head}\r\n${head}`)
    await once(socket, 'data')
    const ended = app[Symbol.asyncDispose]()
    socket.write('\r\n')
    expect(await answers).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 503 /s)
    await ended
  })
})
