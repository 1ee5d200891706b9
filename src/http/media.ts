import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import send from 'send'
import { hashedCacheControl, publicPrefixes } from '../services/public-urls.ts'
import type { Backend } from '../services/storage/open-stores.ts'
import { serveBucket } from './media-bucket.ts'

const contentTypes: Record<string, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  png: 'image/png',
}

/** Aliases point to another picture now and then. */
const aliasCacheControl = 'public, max-age=3600'

const keyPattern = /^[a-z0-9_-]+(\/[a-z0-9_-]+)*\.[a-z]+$/

/** Resolves when the answer is over, whatever became of it. */
type Serve = (request: IncomingMessage, response: ServerResponse, key: string) => Promise<void>

/** Serves public objects below /media/; everything else is not there. */
export function createMedia(backend: Backend): Serve {
  const serve = backend.kind === 'disk' ? serveFiles(backend.store.root) : serveBucket(backend, { describe, refuse })

  return async (request, response, key) => {
    const contentType = contentTypes[path.extname(key).slice(1)]
    const isPublic = keyPattern.test(key) && publicPrefixes.some((prefix) => key.startsWith(prefix))
    // other sites show these pictures
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
    if (!isPublic || !contentType) return refuse(response, 404)
    response.setHeader('Content-Type', contentType)
    return serve(request, response, key)
  }
}

/** With ranges and ETag. */
function serveFiles(root: string): Serve {
  return async (request, response, key) => {
    const closed = new Promise((resolve) => response.once('close', resolve))
    send(request, key, { root, index: false, dotfiles: 'deny', cacheControl: false })
      .on('headers', () => describe(response, key))
      .on('error', (error: { status?: number }) => refuse(response, error.status ?? 500))
      .pipe(response)
    await closed
  }
}

function describe(response: ServerResponse, key: string): void {
  response.setHeader('Cache-Control', key.startsWith('artists/') ? aliasCacheControl : hashedCacheControl)
  response.setHeader('Content-Disposition', `inline; filename="${path.basename(key)}"`)
}

/** A refusal must not outlive its cause in a cache: the object may be stored a moment later. */
function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (response.headersSent) return void response.destroy()
  for (const name of ['Content-Type', 'Content-Length', 'Content-Range', 'ETag']) response.removeHeader(name)
  response.writeHead(status, { 'Cache-Control': 'no-store', ...headers }).end()
}
