import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Viewer } from '../auth/viewer.ts'
import { RateLimitedError } from '../limit-errors.ts'
import { answerJson } from './answer-json.ts'
import { limitedAs } from './principal.ts'
import type { RateLimits } from './rate-limits.ts'

type Route = (request: IncomingMessage, response: ServerResponse, pathname: string) => Promise<void>

type LimitedRoute = (
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  viewer: Viewer,
) => Promise<void>

/** A route whose POST is an upload, which counts as one of its token; HTTP 429 when that has had too many. */
export function limitUploads(route: Route, limits: RateLimits): LimitedRoute {
  return async (request, response, pathname, viewer) => {
    try {
      const id = limitedAs(viewer)
      if (id !== null && request.method === 'POST') await limits.take('uploads', id, 1)
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error
      const headers = { 'Retry-After': String(error.retryAfterSeconds), Connection: 'close' }
      return answerJson(response, 429, { detail: error.message }, headers)
    }
    return route(request, response, pathname)
  }
}
