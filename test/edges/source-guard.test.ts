import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { SourceBlockedError, SourceUnavailableError } from '../../src/errors.ts'
import { guardedLookup, isPublicAddress } from '../../src/services/sources/address-guard.ts'
import { createSourceAgent } from '../../src/services/sources/source-agent.ts'
import { ask } from '../../src/services/sources/source-request.ts'
import { checkRedirect } from '../../src/services/sources/source-web.ts'
import { eventually } from '../support/eventually.ts'
import { createTestSources, failureOf, startSite } from '../support/source-site.ts'

const redirectTo = (location: string | undefined, status = 302) =>
  startSite((_request, response) => response.writeHead(status, location === undefined ? {} : { location }).end('moved'))

describe('an address inside', () => {
  it('is never connected to when the name led elsewhere before', async () => {
    await using site = await startSite((_request, response) => response.end('secret'))
    const answers = ['8.8.8.8']
    const resolve = vi.fn(async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }])
    const { port } = site
    const dispatcher = createSourceAgent({ allow: [], resolve, connectMs: 1_000, idleMs: 1_000 })
    // whoever looks before connecting is reassured
    const look = guardedLookup(resolve, isPublicAddress)
    const looked = await new Promise((answer) =>
      look('rebinding.example', {}, (error, address) => answer(error ?? address)),
    )
    expect(looked).toBe('8.8.8.8')
    const url = new URL(`http://rebinding.example:${port}/`)
    const { signal } = new AbortController()
    const error = await failureOf(ask({ url, dispatcher, headers: {}, signal }, async () => 'read'))
    expect(error).toBeInstanceOf(SourceBlockedError)
    expect(error).toMatchObject({ retryable: false, message: 'The host rebinding.example is not public.' })
    // the connection asked once: there is no other answer than the one that was checked
    expect(resolve).toHaveBeenCalledTimes(2)
    expect(site.connections()).toBe(0)
    await dispatcher.destroy()
  })

  it('is never connected to by name, whatever the port that is allowed for the name', async () => {
    await using site = await startSite((_request, response) => response.end('for us'))
    await using sources = await createTestSources({ ports: [site.port] })
    expect(await sources.fetch(`http://a.test:${site.port}/`)).toMatchObject({ kind: 'fetched' })
    for (const url of ['http://a.test/', 'https://a.test/']) {
      expect(await failureOf(sources.fetch(url)), url).toBeInstanceOf(SourceBlockedError)
    }
  })

  it('among good ones refuses them all', async () => {
    await using sources = await createTestSources({
      resolve: async () => [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700::1', family: 6 },
        { address: '::ffff:7f00:1', family: 6 },
      ],
    })
    expect(await failureOf(sources.fetch('https://mixed.example/'))).toBeInstanceOf(SourceBlockedError)
  })

  it('is refused as a number, for which nothing is looked up', async () => {
    await using site = await startSite((_request, response) => response.end('secret'))
    await using sources = await createTestSources({ ports: [site.port] })
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:7f00:1]', 'localhost']) {
      expect(await failureOf(sources.fetch(`http://${host}:${site.port}/`)), host).toBeInstanceOf(SourceBlockedError)
    }
    expect(site.connections()).toBe(0)
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('is followed, to another host too (%i)', async (status) => {
    await using target = await startSite((_request, response) => response.end('picture'))
    await using site = await redirectTo(`//b.test:${target.port}/pictures/1.jpg#top`, status)
    await using sources = await createTestSources({ ports: [site.port, target.port] })
    const result = await sources.fetch(`http://a.test:${site.port}/`)
    expect(result).toMatchObject({ kind: 'fetched', url: `http://b.test:${target.port}/pictures/1.jpg`, byteSize: 7 })
    expect(target.requests[0]?.headers.host).toBe(`b.test:${target.port}`)
  })

  it('may be spelled in plain UTF-8', () => {
    expect(checkRedirect(new URL('http://a.example/x'), Buffer.from('/ü.jpg').toString('latin1'), []).href).toBe(
      'http://a.example/%C3%BC.jpg',
    )
  })

  it('leads nowhere that the first URL could not', async () => {
    await using inside = await startSite((_request, response) => response.end('secret'))
    for (const location of [
      `http://127.0.0.1:${inside.port}/`,
      `http://localhost:${inside.port}/`,
      `http://[::ffff:127.0.0.1]:${inside.port}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://inside.example/',
      'http://user:pass@b.test/',
      'http://b.test:22/',
      'file:///etc/passwd',
      'ftp://b.test/',
      'data:text/plain,secret',
      'javascript:alert(1)',
      'http://[::g]/',
    ]) {
      await using site = await redirectTo(location)
      await using sources = await createTestSources({ ports: [site.port] })
      const error = await failureOf(sources.fetch(`http://a.test:${site.port}/`))
      expect(error, location).toBeInstanceOf(SourceBlockedError)
    }
    expect(inside.connections()).toBe(0)
  })

  it('never leads from https back to http', () => {
    const from = new URL('https://a.example/x')
    expect(() => checkRedirect(from, 'http://a.example/x', [])).toThrow(SourceBlockedError)
    expect(() => checkRedirect(from, 'http://b.test:4010/', ['b.test:4010'])).toThrow(SourceBlockedError)
    expect(checkRedirect(from, '//b.example/y', []).href).toBe('https://b.example/y')
    expect(checkRedirect(new URL('http://a.example/x'), 'https://a.example/y', []).href).toBe('https://a.example/y')
  })

  it('is followed three times and not four', async () => {
    await using site = await startSite(({ url }, response) => {
      const left = Number(url?.slice(1))
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` })
      response.end()
    })
    await using sources = await createTestSources({ ports: [site.port] })
    expect(await sources.fetch(`http://a.test:${site.port}/3`)).toMatchObject({ kind: 'fetched' })
    const error = await failureOf(sources.fetch(`http://a.test:${site.port}/4`))
    expect(error).toBeInstanceOf(SourceUnavailableError)
    expect(error).toMatchObject({ retryable: false, message: 'The source redirects more than 3 times.' })
  })

  it('to itself ends', async () => {
    await using site = await redirectTo('/')
    await using sources = await createTestSources({ ports: [site.port] })
    expect(await failureOf(sources.fetch(`http://a.test:${site.port}/`))).toMatchObject({ retryable: false })
    expect(site.paths).toHaveLength(4)
  })

  it('without a place to go to is an answer without a picture', async () => {
    await using site = await redirectTo(undefined)
    await using sources = await createTestSources({ ports: [site.port] })
    expect(await failureOf(sources.fetch(`http://a.test:${site.port}/`))).toMatchObject({
      retryable: false,
      httpStatus: 302,
    })
  })

  it('is asked of the robots.txt of each host', async () => {
    await using target = await startSite((_request, response) => response.end('User-agent: *\nDisallow: /pictures/'))
    await using site = await startSite(({ url }, response) => {
      if (url === '/robots.txt') response.writeHead(404)
      else response.writeHead(302, { location: `http://b.test:${target.port}/pictures/1.jpg` })
      response.end()
    })
    await using sources = await createTestSources({ ports: [site.port, target.port] })
    const url = `http://a.test:${site.port}/1.jpg`
    const error = await failureOf(sources.fetch(url, { obeyRobots: true }))
    expect(error).toMatchObject({
      code: 'SOURCE_BLOCKED',
      message: `The robots.txt of b.test:${target.port} does not allow /pictures/1.jpg.`,
    })
    expect(target.paths).toEqual(['/robots.txt'])
    expect(await sources.fetch(url)).toMatchObject({ kind: 'fetched' })
  })
})

describe('a request', () => {
  it('carries our name, no cookies, no credentials, and asks for the plain bytes', async () => {
    await using site = await startSite((_request, response) =>
      response.writeHead(200, { 'set-cookie': 'session=1' }).end('x'),
    )
    await using sources = await createTestSources({ ports: [site.port] })
    for (let turn = 0; turn < 2; turn += 1) await sources.fetch(`http://a.test:${site.port}/`)
    const [, second] = site.requests
    expect(second?.headers).toEqual({
      host: `a.test:${site.port}`,
      connection: 'keep-alive',
      accept: 'image/*',
      'accept-encoding': 'identity',
      'user-agent': 'Greenroom/0.1 (+https://example.com/greenroom)',
    })
  })

  it('is the last one once the web is closed, and no connection is left', async () => {
    await using site = await startSite((_request, response) => response.write('slow'))
    await using sources = await createTestSources({ ports: [site.port] })
    const failure = failureOf(sources.fetch(`http://a.test:${site.port}/`))
    await eventually('the site is asked', () => site.requests.length > 0)
    const [socket] = site.open
    const gone = socket ? once(socket, 'close') : null
    await sources.web[Symbol.asyncDispose]()
    expect(await failure).toBeInstanceOf(SourceUnavailableError)
    await gone
    expect(site.open.size).toBe(0)
    expect(await failureOf(sources.fetch(`http://a.test:${site.port}/`))).toBeInstanceOf(SourceUnavailableError)
    expect(await sources.files()).toEqual([])
  })
})
