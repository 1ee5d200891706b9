import type { IncomingMessage, ServerResponse } from 'node:http'
import { endedToken } from '../auth/auth-errors.ts'
import { AppError, type ErrorCode, NotFoundError } from '../errors.ts'
import { QueueFullError, RateLimitedError } from '../limit-errors.ts'
import type { Log } from '../log.ts'
import type { Limits } from '../services/image-header.ts'
import type { Images } from '../services/images.ts'
import { jobRecipe, type UploadJobs } from '../services/upload-jobs.ts'
import { answerJson, jsonHeaders } from './answer-json.ts'
import { askerOf } from './asker-of.ts'
import { type Authentication, askedOf, describeRefusal, isRefusal } from './authentication.ts'
import type { RateLimits } from './rate-limits.ts'
import { ClientGoneError, type Form, MalformedFormError, NoFormError, readForm } from './read-form.ts'
import { retryAfter } from './request-errors.ts'
import { requestIdOf, requestLog } from './request-id.ts'

interface Deps {
  authentication: Authentication
  rates: RateLimits
  images: Images
  jobs: UploadJobs
  limits: Limits
  defaultRecipes: readonly string[]
  log: Log
}

interface Answer {
  status: number
  body: object
  headers?: Record<string, string>
}

const fileField = 'file'
const uploadPath = '/images/upload'
const statusPath = '/images/status/'

export const isOlderUploadPath = (pathname: string) => pathname === uploadPath || pathname.startsWith(statusPath)

/** It is not the file's fault. */
const unavailable: ErrorCode[] = ['STORAGE_UNAVAILABLE', 'STORAGE_NOT_CONFIGURED', 'QUEUE_FULL']

/** The routes of the older upload service, with its answers, so that its clients need no change. */
export function createOlderUploadRoutes({ authentication, rates, images, jobs, limits, defaultRecipes, log }: Deps) {
  const recipes = [...new Set([jobRecipe, ...defaultRecipes])]

  async function upload(request: IncomingMessage): Promise<Answer> {
    const viewer = authentication.admit(askedOf(request), 'editor')
    await rates.take('uploads', viewer, 1)
    const { file, fields } = await readForm(request, fileField, limits.maxBytes)
    // the file may have taken minutes
    if (!viewer.isCurrent()) throw endedToken()
    if (!file) return missingFile('Field required')
    const { run } = await images.upload(
      {
        bytes: file.bytes,
        filename: file.name,
        artistName: given(fields, 'artist'),
        venueTag: given(fields, 'venue'),
        recipes,
      },
      askerOf(viewer, requestIdOf(request)),
    )
    return { status: 200, body: { job_id: run.id, status: 'processing', status_url: `${statusPath}${run.id}` } }
  }

  async function tellStatus(request: IncomingMessage, id: string): Promise<Answer> {
    authentication.admit(askedOf(request), 'viewer')
    const { status, results, error, completedAt } = await jobs.find(id)
    return {
      status: 200,
      body: { job_id: id, status, results, error, completed_at: completedAt?.toISOString() ?? null },
    }
  }

  async function answer(request: IncomingMessage, pathname: string): Promise<Answer> {
    const { method = '' } = request
    if (pathname === uploadPath) return method === 'POST' ? upload(request) : notAllowed('POST')
    const isRead = method === 'GET' || method === 'HEAD'
    return isRead ? tellStatus(request, pathname.slice(statusPath.length)) : notAllowed('GET, HEAD')
  }

  function refuse(request: IncomingMessage, error: unknown): Answer {
    if (error instanceof NoFormError) return missingFile(error.message)
    if (error instanceof MalformedFormError) return { status: 400, body: { detail: error.message } }
    if (error instanceof NotFoundError) return { status: 404, body: { detail: 'Job not found' } }
    if (error instanceof AppError) return describe(error)
    requestLog(log, request).error({ err: error }, 'an upload failed unexpectedly')
    return { status: 500, body: { detail: 'Internal Server Error' } }
  }

  return async (request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> => {
    try {
      send(request, response, await answer(request, pathname))
    } catch (error) {
      if (error instanceof ClientGoneError) response.destroy()
      else send(request, response, refuse(request, error))
    }
  }
}

function describe(error: AppError): Answer {
  const body = { detail: error.message }
  if (isRefusal(error)) return { ...describeRefusal(error), body }
  if (error instanceof RateLimitedError) {
    return { status: 429, body, headers: retryAfter(error.retryAfterSeconds) }
  }
  const headers = error instanceof QueueFullError ? retryAfter(error.retryAfterSeconds) : {}
  return { status: unavailable.includes(error.code) ? 503 : 400, body, headers }
}

/** A form of a web page sends empty what nobody has filled in. */
function given(fields: Form['fields'], name: string): string | null {
  return fields.get(name)?.trim() || null
}

/** FastAPI's words for a form without the field. */
function missingFile(msg: string): Answer {
  return { status: 422, body: { detail: [{ type: 'missing', loc: ['body', fileField], msg, input: null }] } }
}

function notAllowed(methods: string): Answer {
  return { status: 405, body: { detail: 'Method Not Allowed' }, headers: { Allow: methods } }
}

/** How much of a refused body is still read, and for how long at most; then the connection is cut. */
const discarded = { bytes: 4 * 1024 * 1024, ms: 1_000 }

/**
 * Answers, be it while the client is still sending. A connection that is closed under a client is reset before it has
 * read why, so a little more is taken and thrown away; what is left of the body makes it useless for a next request.
 */
function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  if (request.complete) {
    answerJson(response, status, body, headers)
    return
  }
  const text = JSON.stringify(body)
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, { ...jsonHeaders, ...headers, Connection: 'close', 'Content-Length': length })
  // whole for the client, by its length; the end, which closes the connection, has to wait for the client's
  response.write(text)
  const cut = setTimeout(() => request.destroy(), discarded.ms).unref()
  let left = discarded.bytes
  request.on('data', (chunk: Buffer) => {
    left -= chunk.byteLength
    if (left < 0) request.pause()
  })
  request.once('end', () => response.end())
  request.once('close', () => clearTimeout(cut))
  // whoever read the form has paused it
  request.resume()
}
