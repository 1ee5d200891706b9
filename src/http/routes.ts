import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson } from './answer-json.ts'
import { askedOf } from './authentication.ts'
import type { Dashboard } from './dashboard.ts'
import type { createMedia } from './media.ts'
import { type createOlderUploadRoutes, isOlderUploadPath } from './older-upload-routes.ts'
import type { OperationRoutes } from './operations.ts'
import type { createSessionRoute } from './session.ts'
import { asksForPage } from './sign-in.ts'
import type { createUploadRoute } from './uploads.ts'
import type { GraphQLServer } from './yoga.ts'

export interface RouteParts {
  yoga: GraphQLServer
  olderUploadRoutes: ReturnType<typeof createOlderUploadRoutes>
  /** null: the objects are served elsewhere */
  media: ReturnType<typeof createMedia> | null
  /** null: files are sent elsewhere */
  uploads: ReturnType<typeof createUploadRoute> | null
  operations: OperationRoutes
  session: ReturnType<typeof createSessionRoute>
  dashboard: Dashboard
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * What answers at which path; each looks itself at who asks. Media and the dashboard's assets are public, as are /health
 * and /ready; whoever sends a file to /uploads/ has a token for that file alone. Throws UnauthorizedError and
 * ForbiddenError.
 */
export function createRoutes(parts: RouteParts) {
  const { yoga, olderUploadRoutes, media, uploads, operations, session, dashboard } = parts
  const pages = new Map<string, Answer>([
    [yoga.graphqlEndpoint, (request, response) => yoga(request, response)],
    ['/session', session],
    ...operations,
  ])
  const folders = new Map(Object.entries({ media, uploads, assets: dashboard.asset }))

  return (request: IncomingMessage, response: ServerResponse, pathname: string): unknown => {
    const page = pages.get(pathname)
    if (page) return page(request, response)
    if (isOlderUploadPath(pathname)) return olderUploadRoutes(request, response, pathname)
    if (dashboard.hasPage(pathname)) return dashboard.page(request, response)
    const [, folder = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(pathname) ?? []
    const below = folders.get(folder)
    if (below) return below(request, response, rest)
    return asksForPage(askedOf(request)) && request.method === 'GET'
      ? dashboard.page(request, response, 404)
      : answerJson(response, 404, { error: `There is nothing at ${pathname}.` })
  }
}
