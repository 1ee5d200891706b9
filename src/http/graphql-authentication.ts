import type { Plugin } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import { type Asked, type Authentication, describeRefusal, isRefusal } from './authentication.ts'
import { asksForPage } from './sign-in.ts'

const askedOf = ({ method, headers }: Request): Asked => ({ method, header: (name) => headers.get(name) })

/** Lets nobody near GraphQL who is not known: not to the schema, to GraphiQL, nor to what a validation error suggests. */
export function createGate({ identify }: Authentication) {
  const known = new WeakMap<Request, Viewer>()

  /** Throws UnauthorizedError or ForbiddenError. */
  function viewerOf(request: Request): Viewer {
    const viewer = known.get(request) ?? identify(askedOf(request))
    known.set(request, viewer)
    return viewer
  }

  function refusalOf(request: Request) {
    try {
      viewerOf(request)
      return null
    } catch (error) {
      if (isRefusal(error)) return error
      throw error
    }
  }

  const plugin: Plugin = {
    onRequest({ request, endResponse, fetchAPI }) {
      const refusal = refusalOf(request)
      if (!refusal) return
      const { message, code } = refusal
      const { status, headers } = describeRefusal(refusal)
      const noStore = { 'Cache-Control': 'no-store' }
      // a browser that was sent here to look at GraphiQL
      if (request.method === 'GET' && asksForPage(askedOf(request))) {
        return endResponse(new fetchAPI.Response(null, { status: 303, headers: { Location: '/session', ...noStore } }))
      }
      const body = JSON.stringify({ errors: [{ message, extensions: { code, retryable: false } }] })
      const json = { 'Content-Type': 'application/json', ...noStore, ...headers }
      endResponse(new fetchAPI.Response(body, { status, headers: json }))
    },
  }
  return { plugin, viewerOf, admits: (request: Request) => refusalOf(request) === null }
}
