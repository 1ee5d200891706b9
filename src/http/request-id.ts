import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Log } from '../log.ts'

export const requestIdHeader = 'X-Request-Id'

/** What may be written into a log and a header as it is. */
const valid = /^[\w.:-]{1,100}$/

const ids = new WeakMap<object, string>()

type Asked = IncomingMessage | Request

/** The id of a request: the one that its sender or a proxy has given it, else one of its own. */
export function requestIdOf(request: Asked): string {
  const known = ids.get(request)
  if (known) return known
  const given = sentId(request)
  const id = given && valid.test(given) ? given : randomUUID()
  ids.set(request, id)
  return id
}

function sentId({ headers }: Asked): string | null {
  if (isFetchHeaders(headers)) return headers.get(requestIdHeader)
  // of one that is sent twice Node makes a list with commas, which is not valid
  return String(headers[requestIdHeader.toLowerCase()] ?? '')
}

/** Yoga brings a class of its own. */
const isFetchHeaders = (headers: Asked['headers']): headers is Headers => typeof headers.get === 'function'

/** A log whose lines name the request. */
export const requestLog = (log: Log, request: Asked): Log => log.child({ requestId: requestIdOf(request) })
