import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson } from './answer-json.ts'
import { type Authentication, answerRefusal, askedOf } from './authentication.ts'
import type { Dashboard } from './dashboard.ts'
import type { limitUploads } from './limited-route.ts'
import type { createMedia } from './media.ts'
import { isOlderUploadPath, olderUploadRole } from './older-upload-routes.ts'
import type { OperationRoutes } from './operations.ts'
import type { createSessionRoute } from './session.ts'
import { asksForPage } from './sign-in.ts'
import type { createUploadRoute } from './uploads.ts'
import type { GraphQLServer } from './yoga.ts'

export interface RouteParts {
  yoga: GraphQLServer
  olderUploadRoutes: ReturnType<typeof limitUploads>
  /** null: the objects are served elsewhere */
  media: ReturnType<typeof createMedia> | null
  /** null: files are sent elsewhere */
  uploads: ReturnType<typeof createUploadRoute> | null
  operations: OperationRoutes
  session: ReturnType<typeof createSessionRoute>
  authentication: Authentication
  dashboard: Dashboard
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * What answers at which path. GraphQL looks itself at who asks, as the dashboard does; its assets are public, as are
 * media, /health and /ready; whoever sends a file to /uploads/ has a token for that file alone.
 */
export function createRoutes(parts: RouteParts) {
  const { yoga, olderUploadRoutes, media, uploads, operations, session, authentication, dashboard } = parts
  const pages = new Map<string, Answer>([
    [yoga.graphqlEndpoint, (request, response) => yoga(request, response)],
    ['/session', session],
    ...operations,
  ])
  const folders = new Map(Object.entries({ media, uploads, assets: dashboard.asset }))

  function uploadAsBefore(request: IncomingMessage, response: ServerResponse, pathname: string): unknown {
    try {
      const viewer = authentication.admit(askedOf(request), olderUploadRole(pathname))
      return olderUploadRoutes(request, response, pathname, viewer)
    } catch (error) {
      return answerRefusal(response, error)
    }
  }

  return (request: IncomingMessage, response: ServerResponse, pathname: string): unknown => {
    const page = pages.get(pathname)
    if (page) return page(request, response)
    if (isOlderUploadPath(pathname)) return uploadAsBefore(request, response, pathname)
    if (dashboard.hasPage(pathname)) return dashboard.page(request, response)
    const [, folder = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(pathname) ?? []
    const below = folders.get(folder)
    if (below) return below(request, response, rest)
    return asksForPage(request) && request.method === 'GET'
      ? dashboard.page(request, response, 404)
      : answerJson(response, 404, { error: `There is nothing at ${pathname}.` })
  }
}
