import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MetricsPage } from '../metrics/prometheus.ts'
import type { Readiness } from '../services/readiness.ts'
import { answerJson } from './answer-json.ts'
import { type Authentication, askedOf } from './authentication.ts'

interface Deps {
  authentication: Authentication
  readiness: Pick<Readiness, 'missing'>
  metrics: MetricsPage
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** By their paths. */
export type OperationRoutes = ReadonlyMap<string, Answer>

/**
 * What runs the service asks: whether it is alive, whether it can serve, and what it has done. The first two say nothing
 * that needs a token; /metrics needs a viewer's, and throws UnauthorizedError.
 */
export function createOperationRoutes({ authentication, readiness, metrics }: Deps): OperationRoutes {
  async function tellReady(_request: IncomingMessage, response: ServerResponse): Promise<void> {
    const notReady = await readiness.missing()
    if (notReady.length === 0) answerJson(response, 200, { status: 'ready' })
    else answerJson(response, 503, { status: 'not ready', notReady })
  }

  async function tellMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    authentication.admit(askedOf(request), 'viewer')
    const text = await metrics.render()
    response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).end(text)
  }

  return new Map<string, Answer>([
    // nothing but the process: what asks it must not be told to end a service whose storage is away
    ['/health', async (_request, response) => answerJson(response, 200, { status: 'ok' })],
    ['/ready', tellReady],
    ['/metrics', tellMetrics],
  ])
}
