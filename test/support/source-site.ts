import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createRawServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { createHostLimiter } from '../../src/services/sources/host-limiter.ts'
import { createRobots } from '../../src/services/sources/robots.ts'
import { createRobotsText } from '../../src/services/sources/robots-text.ts'
import { createSourceClient, type SourceRequest } from '../../src/services/sources/source-client.ts'
import { createSourceWeb } from '../../src/services/sources/source-web.ts'

export interface Site extends AsyncDisposable {
  port: number
  /** the paths that were asked for */
  paths: string[]
  requests: IncomingMessage[]
  /** connections there are */
  open: Set<Socket>
  /** connections there ever were */
  connections(): number
}

async function listen(server: Server): Promise<Omit<Site, 'paths' | 'requests'>> {
  const open = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    open,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** A site on this machine. */
export async function startSite(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<Site> {
  const requests: IncomingMessage[] = []
  const paths: string[] = []
  const listener: RequestListener = (request, response) => {
    requests.push(request)
    paths.push(request.url ?? '')
    answer(request, response)
  }
  return Object.assign(await listen(createServer(listener)), { paths, requests })
}

/** A site that says whatever it likes once it has been asked. */
export async function startRawSite(talk: (socket: Socket) => unknown): Promise<Site> {
  const server = createRawServer((socket) => socket.once('data', () => talk(socket)))
  return Object.assign(await listen(server), { paths: [], requests: [] })
}

interface Options {
  /** ports that may be asked on a.test, b.test and c.test */
  ports?: readonly number[]
  allow?: readonly string[]
  /** by the name; any other is 127.0.0.1 */
  resolve?: (hostname: string) => Promise<{ address: string; family: number }[]>
  limits?: { connectMs?: number; idleMs?: number; totalMs?: number }
}

/** A client for sites on this machine, its temporary folder, and all it is made of. */
export async function createTestSources({ ports = [], allow, resolve, limits }: Options = {}) {
  const tempDir = await mkdtemp(path.join(tmpdir(), 'greenroom-sources-'))
  const userAgent = 'Greenroom/0.1 (+https://example.com/greenroom)'
  const limiter = createHostLimiter({ gapMs: 1 })
  const web = createSourceWeb({
    allow: allow ?? ports.flatMap((port) => ['a', 'b', 'c'].map((name) => `${name}.test:${port}`)),
    userAgent,
    limiter,
    resolve: resolve ?? (async () => [{ address: '127.0.0.1', family: 4 }]),
    limits: limits ?? {},
  })
  const robots = createRobots({ fetchText: createRobotsText(web), userAgent })
  const client = createSourceClient({ web, robots, tempDir })
  const usual = { maxBytes: 1_000_000, accept: 'image/*', obeyRobots: false }
  return {
    web,
    limiter,
    fetch: (url: string, request: Partial<SourceRequest> = {}) =>
      client.fetch(url, { ...usual, signal: new AbortController().signal, ...request }),
    files: () => readdir(tempDir),
    sweepTemp: client.sweepTemp,
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]()
      await rm(tempDir, { recursive: true, force: true })
    },
  }
}

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}

export const urlOf = ({ port }: Site) => `http://a.test:${port}/1.jpg`

/** What fetching from a site fails with, which must leave no file behind. */
export async function failureAt(site: Site, maxBytes = 1_000_000, limits = {}): Promise<unknown> {
  await using sources = await createTestSources({ ports: [site.port], limits })
  const error = await failureOf(sources.fetch(urlOf(site), { maxBytes }))
  expect(await sources.files()).toEqual([])
  return error
}

/** Resolves when nobody is connected to a site any more. */
export async function allClosed(site: Site): Promise<void> {
  for (const socket of site.open) await once(socket, 'close')
}
