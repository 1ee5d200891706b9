import type { Plugin } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import { AppError } from '../errors.ts'
import { type Authentication, challenge } from './authentication.ts'

/** Lets nobody near GraphQL who is not known: not to the schema, to GraphiQL, nor to what a validation error suggests. */
export function createGate({ identify }: Authentication) {
  const known = new WeakMap<Request, Viewer>()

  /** Throws UnauthorizedError or ForbiddenError. */
  function viewerOf(request: Request): Viewer {
    const { method, headers } = request
    const viewer = known.get(request) ?? identify({ method, header: (name) => headers.get(name) })
    known.set(request, viewer)
    return viewer
  }

  function refusalOf(request: Request): AppError | null {
    try {
      viewerOf(request)
      return null
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
  }

  const plugin: Plugin = {
    onRequest({ request, endResponse, fetchAPI }) {
      const refusal = refusalOf(request)
      if (!refusal) return
      const { message, code } = refusal
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
      const body = JSON.stringify({ errors: [{ message, extensions: { code, retryable: false } }] })
      const isUnknown = code === 'UNAUTHORIZED'
      const init = { status: isUnknown ? 401 : 403, headers: { ...headers, ...(isUnknown && challenge) } }
      endResponse(new fetchAPI.Response(body, init))
    },
  }
  return { plugin, viewerOf, admits: (request: Request) => refusalOf(request) === null }
}
