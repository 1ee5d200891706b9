import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataDir, type Server, startServer } from '../support/server.ts'
import { createTestTokens, type TestTokens } from '../support/tokens.ts'

const pages = [
  '/',
  '/images',
  '/images/x',
  '/artists',
  '/artists/x',
  '/runs',
  '/runs/x',
  '/upload',
  '/venues',
  '/system',
]
const asBrowser = { accept: 'text/html,*/*;q=0.8' }

let data: Awaited<ReturnType<typeof createDataDir>>
let server: Server
beforeAll(async () => {
  data = await createDataDir()
  server = await startServer(data.dir)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await data[Symbol.asyncDispose]()
})

const get = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, { redirect: 'manual', ...init })

describe('the page', () => {
  it.each(pages)('answers at %s', async (path) => {
    const response = await get(path)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await response.text()).toContain('<title>Greenroom</title>')
  })

  it('lets nothing run and asks nobody but the service itself', async () => {
    const policy = (await get('/')).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[\w+/]+='; style-src 'self'; /)
    expect(policy).toContain("connect-src 'self'; ")
    expect(policy).not.toContain('unsafe')
    expect(await (await get('/')).text()).not.toMatch(/ style=|<style/)
  })

  it('is asked for again, and comes only when it has changed', async () => {
    const first = await get('/')
    expect(first.headers.get('cache-control')).toBe('no-cache')
    // as browsers do; Node's fetch would add that nothing kept will do
    const conditions = { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = await get('/runs', { headers: conditions })
    expect(again.status).toBe(304)
  })

  it('says to a browser that there is nothing at an unknown path, and to a program in JSON', async () => {
    const shown = await get('/nothing', { headers: asBrowser })
    expect([shown.status, shown.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
    expect((await get('/nothing')).headers.get('content-type')).toBe('application/json')
  })

  it('is only read', async () => {
    const { status, headers } = await get('/', { method: 'POST' })
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('what it is made of', () => {
  it('never changes under its name', async () => {
    const html = await (await get('/')).text()
    const names = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThanOrEqual(3)
    for (const name of names) {
      const { status, headers } = await get(name)
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('are gzipped for whoever takes that, and the same', async () => {
    const html = await (await get('/')).text()
    const names = [...html.matchAll(/"(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) {
      const [packed, plain] = await Promise.all(
        ['gzip', 'identity'].map((coding) => fetch(`${server.url}${name}`, { headers: { 'accept-encoding': coding } })),
      )
      expect([packed?.headers.get('content-encoding'), plain?.headers.get('content-encoding')]).toEqual(['gzip', null])
      expect(packed?.headers.get('content-type')).toBe(plain?.headers.get('content-type'))
      expect(packed?.headers.get('vary')).toBe('Accept-Encoding')
      expect(await packed?.text()).toBe(await plain?.text())
    }
  })

  it.each(['/assets/', '/assets/x.js', '/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/.vite'])(
    'is nothing else: %s',
    async (path) => {
      const { status, headers } = await get(path)
      expect([status, headers.get('cache-control')]).toEqual([404, 'no-store'])
    },
  )
})

describe('the other routes', () => {
  it.each([
    ['/images/upload', 405],
    ['/images/status/x', 404],
    ['/health', 200],
    ['/ready', 200],
    ['/metrics', 200],
    ['/session', 200],
    ['/media/variants/x.webp', 404],
  ])('%s answers as before', async (path, status) => {
    const response = await get(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type') ?? '').not.toContain('text/html')
  })
})

describe('with tokens', () => {
  let tokens: TestTokens
  let guarded: Server
  beforeAll(async () => {
    tokens = await createTestTokens()
    guarded = await startServer(`${data.dir}/guarded`, { AUTH_TOKENS_FILE: tokens.file })
  })
  afterAll(async () => {
    await guarded[Symbol.asyncDispose]()
    await tokens[Symbol.asyncDispose]()
  })

  it.each(pages)('%s leads to where one signs in', async (path) => {
    const { status, headers } = await fetch(`${guarded.url}${path}`, { headers: asBrowser, redirect: 'manual' })
    expect([status, headers.get('location')]).toEqual([303, '/session'])
  })
})
