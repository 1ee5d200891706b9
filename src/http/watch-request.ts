import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import type { Observe } from '../services/observations.ts'
import { requestIdHeader, requestIdOf } from './request-id.ts'

const routes = new Set(['graphql', 'images', 'media', 'uploads', 'health', 'ready', 'metrics'])

/** What is logged of a path at most, characters. */
const maxPathLength = 200

/** The first word of a path, where it is one of ours. */
function routeOf(pathname: string | null, response: ServerResponse): string {
  const [, first = ''] = pathname?.split('/') ?? []
  // one that stays open as long as its reader does
  if (first === 'graphql' && String(response.getHeader('content-type')).startsWith('text/event-stream')) return 'events'
  return routes.has(first) ? first : 'other'
}

/** Gives each request its id, and logs and measures it once it is over: with its path, never with its query. */
export function createRequestWatch({ log, observe }: { log: Log; observe: Observe }) {
  return (request: IncomingMessage, response: ServerResponse, pathname: string | null): void => {
    const since = performance.now()
    const requestId = requestIdOf(request)
    response.setHeader(requestIdHeader, requestId)
    response.once('close', () => {
      const ms = Math.round(performance.now() - since)
      const route = routeOf(pathname, response)
      const status = response.headersSent ? response.statusCode : 0
      // who is refused need not read it to its end
      const isWhole = response.writableFinished || status >= 400
      observe('request', { route, status: isWhole ? `${Math.floor(status / 100)}xx` : 'broken off' }, ms / 1_000)
      const facts = { requestId, method: request.method, path: pathname?.slice(0, maxPathLength) ?? null, status, ms }
      log[levelOf(route, status)](facts, isWhole ? 'a request was answered' : 'a request was broken off')
    })
  }
}

function levelOf(route: string, status: number): 'debug' | 'info' | 'error' {
  // asked every few seconds, and what is not ready has a line of its own
  if (status < 400 || route === 'ready') return 'debug'
  // the client's fault, of which the world has many
  return status < 500 ? 'info' : 'error'
}
