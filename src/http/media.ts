import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import send from 'send'
import { hashedCacheControl, publicPrefixes } from '../services/public-urls.ts'

const contentTypes: Record<string, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  png: 'image/png',
}

/** Aliases point to another picture now and then. */
const aliasCacheControl = 'public, max-age=3600'

const keyPattern = /^[a-z0-9_-]+(\/[a-z0-9_-]+)*\.[a-z]+$/

/** Serves the public objects of a disk store below /media/, with ranges and ETag; everything else is not there. */
export function createMedia(root: string) {
  function serve(request: IncomingMessage, response: ServerResponse, key: string, contentType: string): void {
    response.setHeader('Content-Type', contentType)
    send(request, key, { root, index: false, dotfiles: 'deny', cacheControl: false })
      .on('headers', () => {
        response.setHeader('Cache-Control', key.startsWith('artists/') ? aliasCacheControl : hashedCacheControl)
        response.setHeader('Content-Disposition', `inline; filename="${path.basename(key)}"`)
      })
      .on('error', (error: { status?: number }) => refuse(response, error.status ?? 500))
      .pipe(response)
  }

  return (request: IncomingMessage, response: ServerResponse, key: string): void => {
    const contentType = contentTypes[path.extname(key).slice(1)]
    const isPublic = keyPattern.test(key) && publicPrefixes.some((prefix) => key.startsWith(prefix))
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
    if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, { Allow: 'GET, HEAD' })
    else if (!isPublic || !contentType) refuse(response, 404)
    else serve(request, response, key, contentType)
  }
}

/** A refusal must not outlive its cause in a cache: the object may be stored a moment later. */
function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (response.headersSent) return void response.destroy()
  for (const name of ['Content-Type', 'Content-Length', 'Content-Range']) response.removeHeader(name)
  response.writeHead(status, { 'Cache-Control': 'no-store', ...headers }).end()
}
