import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createTestApp, type TestApp } from '../support/app.ts'
import { bearer } from '../support/client.ts'
import { type RawAnswer, rawRequest } from '../support/raw-request.ts'
import { openSocket } from '../support/sockets.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

const listed = 'https://app.example.com'

let local: TestApp
let service: AppWithTokens
beforeAll(async () => {
  local = await createTestApp()
  service = await createAppWithTokens({ CORS_ORIGINS: `${listed}, http://localhost:5173` })
})
afterAll(async () => {
  await local[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

interface Options {
  method?: string
  path?: string
  headers?: Record<string, string>
}

/** Asks for the recipes as no browser and no fetch would let us. */
function send(url: string, { method = 'POST', path = '/graphql', headers = {} }: Options = {}): Promise<RawAnswer> {
  const allHeaders = { 'content-type': 'application/json', ...headers }
  const body = JSON.stringify({ query: '{ recipes { name } }' })
  return rawRequest(url, path, { method, headers: allHeaders, ...(method === 'POST' && { body }) })
}

/** The first line of the answer to the beginning of a WebSocket. */
async function upgrade(url: string, headers: Record<string, string>): Promise<string> {
  await using socket = await openSocket(url)
  const all = {
    host: new URL(url).host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-protocol': 'graphql-transport-ws',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /graphql HTTP/1.1\r\n${lines.join('')}\r\n`)
  const [answer] = await once(socket, 'data')
  return String(answer).split('\r\n')[0] ?? ''
}

const accepted = 'HTTP/1.1 101 Switching Protocols'
const refused = 'HTTP/1.1 403 Forbidden'

/** A proxy on the same machine, open to the world, that tells or does not tell what it is. */
async function startProxy(target: string, headersFor: (asked: IncomingHttpHeaders) => Record<string, string>) {
  const server = createServer(async (asked, response) => {
    const answer = await send(target, {
      method: asked.method ?? '',
      path: asked.url ?? '',
      headers: headersFor(asked.headers),
    })
    response.writeHead(answer.status).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

describe('without tokens', () => {
  const ports = () => new URL(local.url).port

  it('a page whose name was rebound to this machine gets nothing: over HTTP, SSE and WebSocket', async () => {
    const host = `attacker.example:${ports()}`
    const rebound = { host, origin: `http://${host}` }
    const sse = { ...rebound, accept: 'text/event-stream' }
    for (const headers of [{ host }, rebound, sse]) {
      const answer = await send(local.url, { headers })
      expect(answer.status).toBe(403)
      expect(answer.body).not.toContain('responsive')
    }
    expect(await upgrade(local.url, rebound)).toBe(refused)
    expect(await upgrade(local.url, { host })).toBe(refused)
  })

  it('a page of another site gets nothing, and no permission to read', async () => {
    const headers = { host: `localhost:${ports()}`, origin: 'https://attacker.example' }
    for (const method of ['POST', 'OPTIONS', 'GET']) {
      const answer = await send(local.url, { method, headers })
      expect(answer.status).toBe(403)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect(await upgrade(local.url, headers)).toBe(refused)
    expect(await upgrade(local.url, { ...headers, origin: `http://localhost:${ports()}` })).toBe(accepted)
  })

  const host = () => `localhost:${ports()}`
  it.each<[string, (asked: IncomingHttpHeaders) => Record<string, string>]>([
    ['keeps the name that it was called by', (asked) => ({ host: asked.host ?? '' })],
    ['says for whom it asks', () => ({ host: host(), 'x-forwarded-for': '203.0.113.7' })],
    ['says so in the standard way', () => ({ host: host(), forwarded: 'for=203.0.113.7' })],
    ['only says how it was reached', () => ({ host: host(), 'x-forwarded-proto': 'https' })],
    ['only says what it is', () => ({ host: host(), via: '1.1 proxy' })],
  ])('a reverse proxy on the same machine opens nothing that %s', async (_what, headersFor) => {
    await using proxy = await startProxy(local.url, headersFor)
    const answer = await send(proxy.url)
    expect(answer.status).toBe(403)
    expect(answer.body).not.toContain('responsive')
    expect(await upgrade(local.url, headersFor({ host: new URL(proxy.url).host }))).toBe(refused)
  })

  it('programs of this machine are let in by each of its names', async () => {
    for (const name of ['localhost', '127.0.0.1', '[::1]']) {
      expect(await send(local.url, { headers: { host: `${name}:${ports()}` } })).toMatchObject({ status: 200 })
    }
  })
})

describe('with tokens', () => {
  const authorized = (headers: Record<string, string>) => ({ ...bearer(service.tokens.of.viewer), ...headers })

  it('it makes no difference by which name or proxy a request comes', async () => {
    const { url } = service.app
    for (const headers of [{ host: 'pictures.example' }, { 'x-forwarded-for': '203.0.113.7' }, { via: '1.1 proxy' }]) {
      expect((await send(url, { headers: authorized(headers) })).status).toBe(200)
      expect((await send(url, { headers })).status).toBe(401)
    }
  })

  it('a page of an origin that is not listed gets nothing, and no permission', async () => {
    const { url } = service.app
    const origins = ['https://attacker.example', `${listed}.attacker.example`, 'http://app.example.com', 'null', '']
    for (const origin of origins) {
      for (const method of ['POST', 'OPTIONS']) {
        const answer = await send(url, { method, headers: authorized({ origin }) })
        expect(answer.status, origin).toBe(403)
        expect(answer.headers, origin).not.toHaveProperty('access-control-allow-origin')
      }
      expect(await upgrade(url, { origin }), origin).toBe(refused)
    }
  })

  it('a page of a listed origin may ask with a token, and never with a cookie', async () => {
    const { url } = service.app
    const preflight = await send(url, {
      method: 'OPTIONS',
      headers: { origin: listed, 'access-control-request-method': 'POST' },
    })
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': listed, vary: 'Origin' } })
    expect(preflight.headers['access-control-allow-headers']).toContain('authorization')
    const answer = await send(url, { headers: authorized({ origin: listed }) })
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': listed } })
    for (const { headers } of [preflight, answer])
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect((await send(url, { headers: { origin: listed } })).status).toBe(401)
    expect(await upgrade(url, { origin: listed })).toBe(accepted)
    expect(await upgrade(url, { origin: url })).toBe(accepted)
  })

  it('the page of its own origin is let in, by https where the proxy says so', async () => {
    await using resources = new AsyncDisposableStack()
    const behind = resources.use(await createAppWithTokens({ TRUST_PROXY: 'true' }))
    const headers = { host: 'pictures.example', origin: 'https://pictures.example', ...bearer(behind.tokens.of.viewer) }
    const https = { ...headers, 'x-forwarded-proto': 'https' }
    expect((await send(behind.app.url, { headers: https })).status).toBe(200)
    expect((await send(behind.app.url, { headers })).status).toBe(403)
    // a header that anybody can send is believed only where somebody said so
    const direct = { ...https, ...bearer(service.tokens.of.viewer) }
    expect((await send(service.app.url, { headers: direct })).status).toBe(403)
  })

  it('a picture is the same for every page, and says nothing of origins', async () => {
    const path = '/media/images/none.webp'
    const answers = await Promise.all(
      ['https://attacker.example', listed].map((origin) =>
        send(service.app.url, { method: 'GET', path, headers: { origin } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
    for (const { headers } of answers) {
      expect(headers).not.toHaveProperty('vary')
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
    // what only looks like a picture is none
    const around = { method: 'GET', path: '/media/../session', headers: { origin: 'https://attacker.example' } }
    expect((await send(service.app.url, around)).status).toBe(403)
  })
})

it('a WebSocket that says nothing is closed within seconds', async () => {
  const socket = new WebSocket(`${service.app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const [code] = await once(socket, 'close')
  expect(code).toBe(4408)
})
