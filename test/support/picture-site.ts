import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Page {
  body?: Uint8Array
  status?: number
  headers?: Record<string, string>
  etag?: string
  lastModified?: string
  /** no answer at all, or one that breaks off in the middle */
  fault?: 'hang' | 'reset'
}

export interface PictureSite extends AsyncDisposable {
  /** host:port */
  host: string
  url(path: string): string
  /** by path; a function is asked anew each time */
  pages: Map<string, Page | (() => Page)>
  /** what was asked for, in order */
  asked: {
    path: string
    ifNoneMatch: string | undefined
    ifModifiedSince: string | undefined
    at: number
    until: number
  }[]
}

/** Somebody's web server with pictures, which answers 304 to who knows them. */
export async function startPictureSite(address = '127.0.0.1'): Promise<PictureSite> {
  const pages: PictureSite['pages'] = new Map()
  const asked: PictureSite['asked'] = []

  function pageAt(path: string): Page {
    const found = pages.get(path) ?? { status: 404 }
    return typeof found === 'function' ? found() : found
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname: path } = new URL(request.url ?? '/', 'http://site')
    const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers
    const entry = { path, ifNoneMatch, ifModifiedSince, at: performance.now(), until: Number.POSITIVE_INFINITY }
    asked.push(entry)
    response.once('close', () => {
      entry.until = performance.now()
    })
    const page = pageAt(path)
    if (page.fault) return void misbehave(response, page)
    const { etag, lastModified, status = 200, headers } = page
    const validators = { ...(etag && { etag }), ...(lastModified && { 'last-modified': lastModified }) }
    const known = etag ? ifNoneMatch === etag : ifModifiedSince === lastModified
    const unchanged = known && Object.keys(validators).length > 0
    response.writeHead(unchanged ? 304 : status, { ...validators, ...headers })
    response.end(unchanged ? undefined : page.body)
  }

  const server = createServer(answer).listen(0, address)
  await once(server, 'listening')
  const host = `${address}:${(server.address() as AddressInfo).port}`
  return {
    host,
    url: (path) => `http://${host}${path}`,
    pages,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function misbehave(response: ServerResponse, { fault, body = Buffer.alloc(0) }: Page): void {
  if (fault === 'hang') return
  response.writeHead(200, { 'content-length': body.length })
  response.write(body.subarray(0, body.length / 2), () => response.destroy())
}
