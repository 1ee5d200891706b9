import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import type { Readiness } from '../services/readiness.ts'
import { answerJson } from './answer-json.ts'
import { type Authentication, answerRefusal, askedOf } from './authentication.ts'
import type { MetricsPage } from './metrics.ts'
import { requestLog } from './request-id.ts'

interface Deps {
  authentication: Authentication
  readiness: Pick<Readiness, 'missing'>
  metrics: MetricsPage
  log: Log
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** By their paths. */
export type OperationRoutes = ReadonlyMap<string, Answer>

/**
 * What runs the service asks: whether it is alive, whether it can serve, and what it has done. The first two say nothing
 * that needs a token; /metrics does.
 */
export function createOperationRoutes({ authentication, readiness, metrics, log }: Deps): OperationRoutes {
  async function tellReady(_request: IncomingMessage, response: ServerResponse): Promise<void> {
    const notReady = await readiness.missing()
    if (notReady.length === 0) answerJson(response, 200, { status: 'ready' })
    else answerJson(response, 503, { status: 'not ready', notReady })
  }

  async function tellMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      authentication.admit(askedOf(request), 'viewer')
    } catch (error) {
      return answerRefusal(response, error)
    }
    try {
      const text = await metrics.render()
      response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).end(text)
    } catch (error) {
      requestLog(log, request).error({ err: error }, 'the metrics cannot be told')
      answerJson(response, 500, { error: 'The metrics cannot be told; see the log.' })
    }
  }

  return new Map<string, Answer>([
    // nothing but the process: what asks it must not be told to end a service whose storage is away
    ['/health', async (_request, response) => answerJson(response, 200, { status: 'ok' })],
    ['/ready', tellReady],
    ['/metrics', tellMetrics],
  ])
}
