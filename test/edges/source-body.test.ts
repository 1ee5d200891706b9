import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ImageTooLargeError, StorageUnavailableError } from '../../src/errors.ts'
import { download } from '../../src/services/sources/download.ts'
import { createTempFolder } from '../../src/services/storage/temp-files.ts'
import { eventually } from '../support/eventually.ts'
import {
  allClosed,
  createTestSources,
  failureAt,
  failureOf,
  startRawSite,
  startSite,
  urlOf,
} from '../support/source-site.ts'

describe('a body', () => {
  it('that is announced as too large is not read', async () => {
    await using site = await startSite((_request, response) =>
      response.writeHead(200, { 'content-length': 1_001 }).write('x'),
    )
    expect(await failureAt(site, 1_000)).toBeInstanceOf(ImageTooLargeError)
    await allClosed(site)
  })

  it('is taken whole from a server that closes the connection sooner than it is read', async () => {
    const body = Buffer.alloc(900_000, 'x')
    await using site = await startRawSite(async (socket: Socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`)
      socket.end(body)
    })
    await using sources = await createTestSources({ ports: [site.port] })
    for (let times = 0; times < 10; times += 1) {
      const fetched = await sources.fetch(urlOf(site), { maxBytes: 1_000_000 })
      expect(fetched).toMatchObject({ byteSize: body.length })
    }
  })

  it('is taken up to the very limit', async () => {
    await using site = await startSite((_request, response) => response.end(Buffer.alloc(1_000)))
    await using sources = await createTestSources({ ports: [site.port] })
    expect(await sources.fetch(urlOf(site), { maxBytes: 1_000 })).toMatchObject({ byteSize: 1_000 })
    expect(await failureOf(sources.fetch(urlOf(site), { maxBytes: 999 }))).toBeInstanceOf(ImageTooLargeError)
  })

  it('without an end is read no further than the limit, and takes little memory', async () => {
    const before = process.memoryUsage().arrayBuffers
    let sent = 0
    let most = 0
    await using site = await startSite(async (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024)
      const endless = new Readable({
        read() {
          sent += chunk.byteLength
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
          this.push(chunk)
        },
      })
      await pipeline(endless, response).catch(() => {})
    })
    expect(await failureAt(site, 150_000_000)).toBeInstanceOf(ImageTooLargeError)
    await allClosed(site)
    // what is on the way in two sockets comes on top
    expect(sent).toBeLessThan(170_000_000)
    // not yet collected garbage of both sides
    expect(most).toBeLessThan(75_000_000)
  })

  it('that is longer than announced ends where it was announced', async () => {
    await using site = await startRawSite((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde${'x'.repeat(100_000)}`),
    )
    await using sources = await createTestSources({ ports: [site.port] })
    const result = await sources.fetch(urlOf(site))
    expect(result).toMatchObject({ kind: 'fetched', byteSize: 5 })
    expect(result.kind === 'fetched' && (await readFile(result.file.path, 'utf8'))).toBe('abcde')
  })

  it.each([
    ['ends before it was announced', 'content-length: 1000\r\n\r\nabc', 'end'],
    ['ends within a chunk', 'transfer-encoding: chunked\r\n\r\n100\r\nabc', 'end'],
    ['is reset', 'content-length: 1000\r\n\r\nabc', 'resetAndDestroy'],
  ] as const)('that %s may come whole the next time', async (_how, rest, ending) => {
    await using site = await startRawSite(async (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`)
      await sleep(50)
      socket[ending]()
    })
    expect(await failureAt(site)).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      retryable: true,
      message: 'The host a.test broke off the connection.',
    })
  })

  it('that was not to be compressed is not expanded', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    await using site = await startSite((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    expect(await failureAt(site)).toMatchObject({
      retryable: false,
      message: 'The source sent gzip although it was asked for the plain bytes.',
    })
  })
})

describe('a disk that takes nothing', () => {
  it('is not the fault of the source', async () => {
    const temp = createTempFolder('/dev/null/x')
    const saving = download(Readable.from([Buffer.from('x')]), { temp, maxBytes: 10 })
    await expect(saving).rejects.toThrow(StorageUnavailableError)
  })
})

describe('a slow source', () => {
  const limits = { idleMs: 300, totalMs: 1_500 }

  it.each([
    ['no answer', async () => {}, 'The host a.test does not answer in time.'],
    [
      'headers that never end',
      drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n'),
      /^The (host a\.test does not answer in time|source took longer than 1\.5 s)\.$/,
    ],
    [
      'a body that stops',
      drip('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc'),
      'The host a.test stopped sending.',
    ],
    [
      'a body a byte at a time',
      drip('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', 'x'),
      'The source took longer than 1.5 s.',
    ],
  ] as const)('is given up: %s', async (_what, talk, message) => {
    await using site = await startRawSite(talk)
    const error = await failureAt(site, 1_000_000, limits)
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
    expect((error as Error).message).toMatch(message)
    await allClosed(site)
  })

  it('has one time limit over all its redirects', async () => {
    await using site = await startSite(async ({ url }, response) => {
      await sleep(200)
      response.writeHead(302, { location: `${url}x` }).end()
    })
    await using sources = await createTestSources({ ports: [site.port], limits: { totalMs: 500 } })
    const error = await failureOf(sources.fetch(urlOf(site)))
    expect(error).toMatchObject({ retryable: true, message: 'The source took longer than 0.5 s.' })
  })
})

/** Sends the beginning, and then the same again and again. */
function drip(start: string, again?: string) {
  return async (socket: { write(text: string): void; destroyed: boolean }) => {
    socket.write(start)
    while (again && !socket.destroyed) {
      await sleep(50)
      socket.write(again)
    }
  }
}

describe('whoever gives up', () => {
  it('leaves no file and no connection', async () => {
    await using site = await startSite((_request, response) => response.writeHead(200).write('x'.repeat(100_000)))
    await using sources = await createTestSources({ ports: [site.port] })
    const abort = new AbortController()
    const failure = failureOf(sources.fetch(urlOf(site), { signal: abort.signal }))
    await eventually('a file is begun', async () => (await sources.files()).length > 0)
    const reason = new Error('cancelled')
    abort.abort(reason)
    expect(await failure).toBe(reason)
    expect(await sources.files()).toEqual([])
    await allClosed(site)
  })

  it('does so before the answer, too, or before the question', async () => {
    await using site = await startSite(() => {})
    await using sources = await createTestSources({ ports: [site.port] })
    const abort = new AbortController()
    const failure = failureOf(sources.fetch(urlOf(site), { signal: abort.signal }))
    await eventually('the site is asked', () => site.requests.length > 0)
    const reason = new Error('cancelled')
    abort.abort(reason)
    expect(await failure).toBe(reason)
    await allClosed(site)
    expect(await failureOf(sources.fetch(urlOf(site), { signal: abort.signal }))).toBe(reason)
    expect(site.requests).toHaveLength(1)
  })
})
