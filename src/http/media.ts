import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import send from 'send'
import { hashedCacheControl, publicPrefixes } from '../services/public-urls.ts'
import type { Backend } from '../services/storage/open-stores.ts'
import type { S3Store } from '../services/storage/s3-store.ts'

const contentTypes: Record<string, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  png: 'image/png',
}

/** Aliases point to another picture now and then. */
const aliasCacheControl = 'public, max-age=3600'

const keyPattern = /^[a-z0-9_-]+(\/[a-z0-9_-]+)*\.[a-z]+$/

type Serve = (request: IncomingMessage, response: ServerResponse, key: string) => void

/** Serves public objects below /media/; everything else is not there. */
export function createMedia({ kind, store }: Backend): Serve {
  const serve = kind === 'disk' ? serveFiles(store.root) : serveBucket(store)

  return (request, response, key) => {
    const contentType = contentTypes[path.extname(key).slice(1)]
    const isPublic = keyPattern.test(key) && publicPrefixes.some((prefix) => key.startsWith(prefix))
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
    if (!isPublic || !contentType) return refuse(response, 404)
    response.setHeader('Content-Type', contentType)
    serve(request, response, key)
  }
}

/** With ranges and ETag. */
function serveFiles(root: string): Serve {
  return (request, response, key) => {
    send(request, key, { root, index: false, dotfiles: 'deny', cacheControl: false })
      .on('headers', () => describe(response, key))
      .on('error', (error: { status?: number }) => refuse(response, error.status ?? 500))
      .pipe(response)
  }
}

/** For buckets that nothing else serves; one that is meant for the public has a domain of its own (PUBLIC_BASE_URL). */
function serveBucket(store: S3Store): Serve {
  async function serve(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const object = await store.readStream(key, gone.signal)
    if (!object) return refuse(response, 404)
    describe(response, key)
    response.setHeader('Content-Length', object.byteSize)
    if (request.method === 'GET') return pipeline(object.stream, response)
    object.stream.destroy()
    response.end()
  }

  return (request, response, key) => {
    // whatever it is, the reader learns no more than that the storage did not answer
    serve(request, response, key).catch(() => refuse(response, 502))
  }
}

function describe(response: ServerResponse, key: string): void {
  response.setHeader('Cache-Control', key.startsWith('artists/') ? aliasCacheControl : hashedCacheControl)
  response.setHeader('Content-Disposition', `inline; filename="${path.basename(key)}"`)
}

/** A refusal must not outlive its cause in a cache: the object may be stored a moment later. */
function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (response.headersSent) return void response.destroy()
  for (const name of ['Content-Type', 'Content-Length', 'Content-Range']) response.removeHeader(name)
  response.writeHead(status, { 'Cache-Control': 'no-store', ...headers }).end()
}
