import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

interface Options {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string
}

/** A request that no fetch would make: any headers, Host and Origin too, and a path as it is, dots and all. */
export async function rawRequest(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body }: Options = {},
): Promise<RawAnswer> {
  const asked = request({ host: '127.0.0.1', port: new URL(url).port, path, method, headers })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}
