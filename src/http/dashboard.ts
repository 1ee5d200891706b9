import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import send from 'send'
import { UnauthorizedError } from '../auth/auth-errors.ts'
import { packageRoot } from '../package-root.ts'
import { answerJson } from './answer-json.ts'
import { type Authentication, askedOf } from './authentication.ts'
import { dashboardPolicy } from './page-policy.ts'

interface Deps {
  authentication: Authentication
  /** where pictures are shown from: an origin */
  pictures: () => string
  /** where files are sent to: an origin, or null for this service */
  bucket: string | null
  /** where `vite build` has put the page */
  folder?: string
}

export interface Dashboard {
  /** whether the page has something to show at this path */
  hasPage(pathname: string): boolean
  /** the page, which finds out itself what to show; without a session it leads to where one signs in */
  page(request: IncomingMessage, response: ServerResponse, status?: 200 | 404): Promise<void>
  /** what the page is made of, by the name below /assets/ */
  asset(request: IncomingMessage, response: ServerResponse, name: string): Promise<void>
}

/** Those of src/dashboard/routes.ts. */
const pages = /^\/((images|artists|runs)(\/[^/]+)?|upload|venues|system)?$/

/** Those that lie there gzipped too. */
const gzippedTypes = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
])

/** Has its hash in its name, so another text has another name. */
const assetPattern = /^[\w-]+\.(js|css|svg|woff2)$/

const builtFolder = fileURLToPath(new URL('dist/dashboard', packageRoot))

/** The dashboard's files. Everything it tells comes from the API, so whoever may not ask there sees an empty page. */
export function createDashboard({ authentication, pictures, bucket, folder = builtFolder }: Deps): Dashboard {
  let hashes: Promise<string[]> | null = null

  async function page(request: IncomingMessage, response: ServerResponse, status: 200 | 404 = 200): Promise<void> {
    if (!isRead(request)) return refuseMethod(response)
    try {
      authentication.identify(askedOf(request))
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
      return void response.writeHead(303, { Location: '/session', 'Cache-Control': 'no-store' }).end()
    }
    hashes ??= hashScripts(path.join(folder, 'index.html'))
    const scripts = await hashes.catch(() => null)
    if (!scripts) {
      hashes = null
      return answerJson(response, 503, { error: 'The dashboard is not built; npm run build makes it.' })
    }
    response.statusCode = status
    response.setHeader('Content-Security-Policy', dashboardPolicy({ scripts, pictures: pictures(), bucket }))
    // asked for again each time, which costs an ETag: its assets change with the service
    response.setHeader('Cache-Control', 'no-cache')
    return sendFile(request, response, 'index.html')
  }

  async function asset(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    if (!isRead(request)) return refuseMethod(response)
    if (!assetPattern.test(name)) return notThere(response)
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
    const type = gzippedTypes.get(path.extname(name))
    if (type) response.setHeader('Vary', 'Accept-Encoding')
    if (!type || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
      return sendFile(request, response, `assets/${name}`)
    response.setHeader('Content-Type', type)
    response.setHeader('Content-Encoding', 'gzip')
    return sendFile(request, response, `assets/${name}.gz`)
  }

  /** With ETag; resolves when the answer is over. */
  async function sendFile(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const closed = new Promise((resolve) => response.once('close', resolve))
    send(request, name, { root: folder, index: false, cacheControl: false })
      .on('error', () => notThere(response))
      .pipe(response)
    await closed
  }

  return { hasPage: (pathname) => pages.test(pathname), page, asset }
}

/** Of the scripts that stand in the page itself, as a policy names them. */
async function hashScripts(file: string): Promise<string[]> {
  const html = await readFile(file, 'utf8')
  return [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => {
    return `sha256-${createHash('sha256').update(script).digest('base64')}`
  })
}

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD'

function refuseMethod(response: ServerResponse): void {
  answerJson(response, 405, { error: 'This is a page; it is read.' }, { Allow: 'GET, HEAD' })
}

function notThere(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy()
  response.removeHeader('Content-Encoding')
  answerJson(response, 404, { error: 'There is nothing of that name.' })
}
