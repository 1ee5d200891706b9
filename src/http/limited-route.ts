import type { IncomingMessage, ServerResponse } from 'node:http'
import { RateLimitedError } from '../limit-errors.ts'
import { answerJson } from './answer-json.ts'
import type { PrincipalOf } from './principal.ts'
import type { RateLimits } from './rate-limits.ts'

type Route = (request: IncomingMessage, response: ServerResponse, pathname: string) => Promise<void>

/** A route whose POST is an upload, which counts as one of its principal; HTTP 429 when that has had too many. */
export function limitUploads(route: Route, limits: RateLimits, principalOf: PrincipalOf): Route {
  return async (request, response, pathname) => {
    try {
      const principal = principalOf({ req: request })
      if (principal && request.method === 'POST') await limits.take('uploads', principal.id, 1)
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error
      const headers = { 'Retry-After': String(error.retryAfterSeconds), Connection: 'close' }
      return answerJson(response, 429, { detail: error.message }, headers)
    }
    return route(request, response, pathname)
  }
}
