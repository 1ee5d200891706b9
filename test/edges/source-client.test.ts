import { access, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SourceUnavailableError } from '../../src/errors.ts'
import { eventually } from '../support/eventually.ts'
import { createTestSources, failureAt, failureOf, startSite, urlOf } from '../support/source-site.ts'

describe('a picture', () => {
  it('comes as a file, which goes when it is disposed of', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))
    await using site = await startSite((_request, response) =>
      response
        .writeHead(200, {
          'content-type': 'image/jpeg',
          etag: '"v1"',
          'last-modified': 'Tue, 01 Sep 2026 10:00:00 GMT',
        })
        .end(bytes),
    )
    await using sources = await createTestSources({ ports: [site.port] })
    const result = await sources.fetch(urlOf(site))
    if (result.kind !== 'fetched') throw new Error('not fetched')
    const { file, ...facts } = result
    expect(facts).toEqual({
      kind: 'fetched',
      url: urlOf(site),
      etag: '"v1"',
      lastModified: 'Tue, 01 Sep 2026 10:00:00 GMT',
      contentType: 'image/jpeg',
      byteSize: 300_000,
    })
    expect(bytes.equals(await readFile(file.path))).toBe(true)
    await file[Symbol.asyncDispose]()
    await expect(access(file.path)).rejects.toThrow('ENOENT')
    expect(await sources.files()).toEqual([])
  })

  it('is not swept away while it is in use', async () => {
    await using site = await startSite((_request, response) => response.end('x'))
    await using sources = await createTestSources({ ports: [site.port] })
    const result = await sources.fetch(urlOf(site))
    if (result.kind !== 'fetched') throw new Error('not fetched')
    await writeFile(path.join(path.dirname(result.file.path), 'left-behind'), 'x')
    expect(await sources.sweepTemp({ maxAgeMs: 0, maxBytes: 0 })).toBe(1)
    expect(await readFile(result.file.path, 'utf8')).toBe('x')
    await result.file[Symbol.asyncDispose]()
    expect(await sources.files()).toEqual([])
  })

  it('that has not changed is not sent again', async () => {
    await using site = await startSite(({ headers }, response) => {
      const same = headers['if-none-match'] === '"v1"' || headers['if-modified-since'] === 'yesterday'
      response.writeHead(same ? 304 : 200).end()
    })
    await using sources = await createTestSources({ ports: [site.port] })
    const fetchIf = async (validators: { etag?: string | null; lastModified?: string | null }) =>
      (await sources.fetch(urlOf(site), { conditional: { url: urlOf(site), ...validators } })).kind
    expect(await fetchIf({ etag: '"v1"', lastModified: null })).toBe('unchanged')
    expect(await fetchIf({ lastModified: 'yesterday' })).toBe('unchanged')
    expect(await fetchIf({ etag: '"v2"' })).toBe('fetched')
    expect(await fetchIf({ etag: null })).toBe('fetched')
  })

  it('is asked for with its validators only where they came from, not on the way there', async () => {
    const picture = (site: { port: number }) => `http://b.test:${site.port}/picture`
    await using site = await startSite(({ url }, response) =>
      url === '/1.jpg'
        ? response.writeHead(302, { location: picture(site) }).end()
        : response.writeHead(200, { etag: '"v1"' }).end('x'),
    )
    await using sources = await createTestSources({ ports: [site.port] })
    const result = await sources.fetch(urlOf(site))
    if (result.kind !== 'fetched') throw new Error('not fetched')
    expect(result.url).toBe(picture(site))
    await sources.fetch(urlOf(site), { conditional: result })
    await sources.fetch(urlOf(site), { conditional: { url: 'http://c.test/', etag: '"v1"' } })
    const sent = site.requests.map(({ headers }) => headers['if-none-match'])
    expect(sent).toEqual([undefined, undefined, undefined, '"v1"', undefined, undefined])
  })

  it('comes over the connection of the one before', async () => {
    await using site = await startSite((_request, response) => response.end('x'))
    await using sources = await createTestSources({ ports: [site.port] })
    for (let turn = 0; turn < 3; turn += 1) await sources.fetch(urlOf(site))
    expect(site.connections()).toBe(1)
  })
})

describe('an answer without a picture', () => {
  it.each([
    [204, 'The source answered 204 (no content).'],
    [206, 'The source answered 206 (partial content).'],
    [401, 'The source answered 401 (unauthorized).'],
    [403, 'The source answered 403 (forbidden).'],
    [404, 'The source answered 404 (not found).'],
    [410, 'The source answered 410 (gone).'],
    [451, 'The source answered 451 (unavailable for legal reasons).'],
    [418, "The source answered 418 (i'm a teapot)."],
    [304, 'The source answered 304 (not modified).'],
    [499, 'The source answered 499.'],
  ])('is final: %i', async (httpStatus, message) => {
    await using site = await startSite((_request, response) => response.writeHead(httpStatus).end('sorry'))
    const error = await failureAt(site)
    expect(error).toBeInstanceOf(SourceUnavailableError)
    expect(error).toMatchObject({ message, httpStatus, retryable: false, retryAfterMs: 0 })
  })

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('may be another one later: %i', async (httpStatus) => {
    await using site = await startSite((_request, response) => response.writeHead(httpStatus).end('sorry'))
    expect(await failureAt(site)).toMatchObject({ httpStatus, retryable: true, retryAfterMs: 0 })
  })

  it.each([429, 503])('says when to come again, and until then nobody comes: %i', async (httpStatus) => {
    await using site = await startSite((_request, response) =>
      response.writeHead(httpStatus, { 'retry-after': '120' }).end(),
    )
    await using sources = await createTestSources({ ports: [site.port] })
    const first = await failureOf(sources.fetch(urlOf(site)))
    expect(first).toMatchObject({ httpStatus, asked: true, retryable: true, retryAfterMs: 120_000 })
    const second = await failureOf(sources.fetch(urlOf(site)))
    expect(second).toBeInstanceOf(SourceUnavailableError)
    expect((second as SourceUnavailableError).retryAfterMs).toBeGreaterThan(60_000)
    expect(site.paths).toHaveLength(1)
  })

  it('says when to come again with a date, and for an hour at most', async () => {
    const waitOf = async (header: string) => {
      await using site = await startSite((_request, response) =>
        response.writeHead(503, { 'retry-after': header }).end(),
      )
      return ((await failureAt(site)) as SourceUnavailableError).retryAfterMs
    }
    const inTwoMinutes = await waitOf(new Date(Date.now() + 120_000).toUTCString())
    expect(inTwoMinutes).toBeGreaterThan(60_000)
    expect(inTwoMinutes).toBeLessThanOrEqual(120_000)
    expect(await waitOf('999999999999')).toBe(3_600_000)
    expect(await waitOf('Tue, 01 Sep 2099 10:00:00 GMT')).toBe(3_600_000)
    expect(await waitOf('Tue, 01 Sep 2020 10:00:00 GMT')).toBe(0)
    expect(await waitOf('soon')).toBe(0)
  })
})

describe('a source that cannot be reached', () => {
  it('may be there later', async () => {
    const site = await startSite(() => {})
    await site[Symbol.asyncDispose]()
    expect(await failureAt(site)).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      retryable: true,
      httpStatus: null,
      message: 'The host a.test refuses connections.',
    })
  })

  it('may have a name later', async () => {
    await using sources = await createTestSources({
      resolve: () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })),
    })
    const error = await failureOf(sources.fetch('https://nobody.example/'))
    expect(error).toMatchObject({ retryable: true, message: 'The host nobody.example has no address.' })
  })

  it('is not waited for when its name takes too long', async () => {
    await using sources = await createTestSources({ resolve: () => new Promise(() => {}), limits: { connectMs: 200 } })
    const error = await failureOf(sources.fetch('https://slow.example/'))
    expect(error).toMatchObject({
      retryable: true,
      message: 'The host slow.example does not accept connections in time.',
    })
  })

  it('is not trusted when it does not speak TLS', async () => {
    await using site = await startSite((_request, response) => response.end('x'))
    await using sources = await createTestSources({ ports: [site.port] })
    const error = await failureOf(sources.fetch(`https://a.test:${site.port}/`))
    expect(error).toBeInstanceOf(SourceUnavailableError)
  })
})

describe('many pictures', () => {
  it('come five at a time, however long each of them takes', async () => {
    const answers: (() => void)[] = []
    await using site = await startSite((_request, response) => {
      // the headers are there at once
      response.writeHead(200).write('x')
      answers.push(() => response.end())
    })
    await using sources = await createTestSources({ ports: [site.port] })
    const names = ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b']
    const fetching = names.map((name) => sources.fetch(`http://${name}.test:${site.port}/`))
    await eventually('five requests are under way', () => answers.length >= 5)
    await sleep(100)
    expect(answers).toHaveLength(5)
    answers.splice(0, 1)[0]?.()
    await eventually('five requests are under way', () => answers.length >= 5)
    expect(site.requests).toHaveLength(6)
    const ending = setInterval(() => answers.splice(0).forEach((end) => void end()), 5)
    expect(await Promise.all(fetching)).toHaveLength(8)
    clearInterval(ending)
  })
})
