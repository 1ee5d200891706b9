import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { createClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { createTestApp } from '../support/app.ts'
import { bearer, codesOf, createHttpClient, post } from '../support/client.ts'
import { jpeg } from '../support/images.ts'
import { listenersAre } from '../support/listeners.ts'
import { collect, overSse, overWebSocket } from '../support/subscribe.ts'
import { type AppWithTokens, createAppWithTokens, createTestTokens } from '../support/tokens.ts'

let service: AppWithTokens
let url: string
beforeAll(async () => {
  service = await createAppWithTokens()
  url = service.app.url
})
afterAll(() => service[Symbol.asyncDispose]())

const question = '{ uploadPolicy { maxBytes } }'
const hourMs = 3_600_000
const watching = 'subscription { runUpdated { id } }'
const statusWith = async (token: string) => (await post(url, question, bearer(token))).status

/** What a WebSocket is closed with. */
function closingOf(connectionParams: Record<string, unknown>, query: string | null = null): Promise<number> {
  return new Promise((resolve) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
      lazy: query !== null,
      onNonLazyError: () => {},
      on: { closed: (event) => resolve((event as { code: number }).code) },
    })
    if (query) client.subscribe({ query }, { next() {}, error() {}, complete() {} })
  })
}

describe('a request', () => {
  it('is answered with a token, and with nothing less', async () => {
    const { of } = service.tokens
    expect(await statusWith(of.viewer)).toBe(200)
    const wrong = [of.viewer.slice(0, -1), `${of.viewer}A`, of.viewer.replace('grn_', ''), 'x', ' ']
    for (const token of wrong) expect(await statusWith(token)).toBe(401)
    for (const authorization of [of.viewer, `Basic ${of.viewer}`, 'Bearer', `Bearer ${of.viewer} ${of.admin}`]) {
      expect((await post(url, question, { authorization })).status, authorization).toBe(401)
    }
  })

  it('is told how to ask, in a form that no cache keeps', async () => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', body: '{}' })
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="greenroom"')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHORIZED' } }] })
  })

  it('cannot carry its token in the address, where logs and histories would keep it', async () => {
    const { admin } = service.tokens.of
    for (const name of ['token', 'access_token', 'authorization']) {
      const address = `${url}/graphql?query=${encodeURIComponent(question)}&${name}=${admin}`
      expect((await fetch(address)).status).toBe(401)
    }
  })

  it('gets neither GraphiQL nor the schema without a token, and both with one', async () => {
    const headers = { accept: 'text/html' }
    const refused = await fetch(`${url}/graphql`, { headers, redirect: 'manual' })
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/session'])
    expect(await refused.text()).toBe('')
    const shown = await fetch(`${url}/graphql`, { headers: { ...headers, ...bearer(service.tokens.of.viewer) } })
    expect(await shown.text()).toMatch(/graphiql/i)
  })
})

describe('a token', () => {
  afterEach(() => void vi.useRealTimers())

  it('holds from when it is made, and not any more once it is revoked, while the service runs', async () => {
    const token = await service.newToken('viewer')
    await service.tokens.revoke(token)
    await service.untilAnswered(401, token)
    expect(await statusWith(service.tokens.of.viewer)).toBe(200)
  })

  it('does not hold for a moment longer than it was made for', async () => {
    const end = Date.now() + hourMs
    const token = await service.newToken('viewer', new Date(end))
    vi.setSystemTime(end - 1)
    expect(await statusWith(token)).toBe(200)
    vi.setSystemTime(end)
    expect(await statusWith(token)).toBe(401)
  })
})

describe('a subscription over WebSocket', () => {
  afterEach(() => void vi.useRealTimers())

  it('is closed with 4401 before it begins, without a token and with a wrong one', async () => {
    const { viewer } = service.tokens.of
    for (const authorization of [undefined, `Bearer ${viewer}x`, viewer, 7, { viewer }]) {
      expect(await closingOf({ authorization })).toBe(4401)
    }
  })

  it('ends with 4401 as soon as its token is revoked, though nothing happens that it waits for', async () => {
    const token = await service.newToken('viewer')
    const closed = closingOf(bearer(token), watching)
    await listenersAre(service.app, 1)
    await service.tokens.revoke(token)
    expect(await closed).toBe(4401)
    await listenersAre(service.app, 0)
  })

  it('ends with 4401 when its token expires', async () => {
    const end = Date.now() + hourMs
    const token = await service.newToken('viewer', new Date(end))
    const closed = closingOf(bearer(token), watching)
    await listenersAre(service.app, 1)
    vi.setSystemTime(end)
    expect(await closed).toBe(4401)
    await listenersAre(service.app, 0)
  })
})

describe('a subscription as server-sent events', () => {
  it('is refused without a token', async () => {
    await using subscription = overSse(url, { query: watching })
    await expect(subscription.results.next()).rejects.toMatchObject({ response: { status: 401 } })
  })

  it('ends with an error as soon as its token is revoked, though nothing happens that it waits for', async () => {
    const token = await service.newToken('viewer')
    await using subscription = overSse(url, { query: watching }, token)
    const first = subscription.results.next()
    await listenersAre(service.app, 1)
    await service.tokens.revoke(token)
    const { value } = await first
    expect(codesOf({ data: null, errors: value.errors })).toEqual(['UNAUTHORIZED'])
    expect((await subscription.results.next()).done).toBe(true)
    await listenersAre(service.app, 0)
  })
})

it('who may watch sees it all to the end, over both', async () => {
  const { viewer, editor } = service.tokens.of
  const { run } = await createHttpClient(url, bearer(editor)).upload(await jpeg())
  const payload = { query: `subscription { runProgress(runId: "${run.id}") { seq type } }` }
  for (const subscribe of [overWebSocket, overSse]) {
    const seen = await collect<{ runProgress: { type: string } }>(subscribe(url, payload, viewer))
    expect(seen.at(-1)?.runProgress.type).toBe('SUCCEEDED')
  }
})

describe('what is beside GraphQL', () => {
  it.each([
    ['POST', '/images/upload', 'editor'],
    ['GET', '/images/status/x', 'viewer'],
  ] as const)('%s %s needs the role %s', async (method, path, role) => {
    const statusAs = async (headers: Record<string, string>) => {
      const body = method === 'POST' ? { body: new FormData() } : {}
      return (await fetch(`${url}${path}`, { method, headers, ...body })).status
    }
    expect(await statusAs({})).toBe(401)
    expect(await statusAs(bearer(service.tokens.of[role]))).not.toBe(401)
    expect(await statusAs(bearer(service.tokens.of.viewer))).toBe(role === 'viewer' ? 404 : 403)
  })

  it('is open: that it is alive and ready, pictures by their address, and files that were announced', async () => {
    for (const path of ['/health', '/ready']) expect((await fetch(`${url}${path}`)).status, path).toBe(200)
    expect((await fetch(`${url}/media/images/none.webp`)).status).toBe(404)
    // with a token of its own, for the one file
    const sent = await fetch(`${url}/uploads/none`, { method: 'PUT', body: 'x' })
    expect([sent.status, await sent.json()]).toEqual([404, { error: 'There is no upload none.', code: 'NOT_FOUND' }])
  })
})

describe('a service whose tokens', () => {
  it('are not there does not start, and says how to make one', async () => {
    await using tokens = await createTestTokens()
    const start = (file: string) => createTestApp({ env: { AUTH_TOKENS_FILE: file } })
    await expect(start(`${tokens.file}-none`)).rejects.toThrow(/no file .* greenroom token create/)
    await writeFile(tokens.file, '{ "version": 1, "tokens": [] }')
    await expect(start(tokens.file)).rejects.toThrow(/no token that holds .* greenroom token create/)
    await writeFile(tokens.file, '')
    await expect(start(tokens.file)).rejects.toThrow(/cannot be read/)
    await writeFile(tokens.file, 'secret')
    await expect(start(tokens.file)).rejects.toThrow(/^(?!.*secret).*cannot be read/)
  })

  it('are spoilt or gone while it runs lets nobody in, until they are mended', async () => {
    await using other = await createAppWithTokens()
    const { tokens, untilAnswered } = other
    const whole = await readFile(tokens.file, 'utf8')
    const dir = path.dirname(tokens.file)
    const spoilings = [
      () => writeFile(tokens.file, whole.replace('"role"', '"rolle"')),
      () => writeFile(tokens.file, ''),
      () => rm(tokens.file),
      // what is there cannot even be looked at
      () => rm(dir, { recursive: true }).then(() => writeFile(dir, '')),
    ]
    for (const spoil of spoilings) {
      await spoil()
      await untilAnswered(401, tokens.of.admin)
      await rm(dir, { recursive: true })
      await mkdir(dir)
      await writeFile(tokens.file, whole)
      await untilAnswered(200, tokens.of.admin)
    }
  })
})

it('a token goes nowhere but to the service: not to an address that it is told to fetch', async () => {
  const seen: string[] = []
  await using site = createServer((request, response) => {
    seen.push(JSON.stringify(request.headers))
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const { port } = site.address() as { port: number }
  await using other = await createAppWithTokens({ SOURCE_ALLOW: `127.0.0.1:${port}` })
  const { admin } = other.tokens.of
  const mutation = `mutation {
    importImages(input: { urls: ["http://127.0.0.1:${port}/a.jpg"], artistName: "X" }) { __typename }
  }`
  expect(await post(other.app.url, mutation, bearer(admin))).toMatchObject({ status: 200 })
  await other.app.dispatcher.idle()
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.join()).not.toContain('grn_')
})
