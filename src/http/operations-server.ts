import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import { answerJson } from './answer-json.ts'
import { describeRefusal, isRefusal } from './authentication.ts'
import { type Address, listen, urlOf } from './listen.ts'
import type { OperationRoutes } from './operations.ts'
import type { OriginPolicy } from './origin-policy.ts'
import { setSafeHeaders } from './page-policy.ts'

interface Deps {
  routes: OperationRoutes
  originPolicy: OriginPolicy
  log: Log
}

/** What tells of a process that serves nothing else. */
export function createOperationsServer({ routes, originPolicy, log }: Deps) {
  let port = 0

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSafeHeaders(response)
    const [pathname = ''] = (request.url ?? '').split('?')
    const refusal = originPolicy.refuse(request, pathname, port)
    if (refusal) return answerJson(response, 403, { error: refusal })
    const route = routes.get(pathname)
    const there = [...routes.keys()].join(', ')
    if (!route) return answerJson(response, 404, { error: `A worker answers at ${there} only.` })
    await route(request, response)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (isRefusal(error)) {
        const { status, headers } = describeRefusal(error)
        return answerJson(response, status, { error: error.message, code: error.code }, headers)
      }
      log.error({ err: error }, 'a request failed unexpectedly')
      response.destroy()
    })
  })

  return {
    /** resolves to where it answers */
    async listen(address: Address): Promise<string> {
      port = await listen(server, address)
      return urlOf({ ...address, port })
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
