import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyBody } from './body.ts'
import { preflight, shareWith } from './cors.ts'
import { createFaults, type PlannedFault } from './faults.ts'
import { createObjectShelf, type ObjectShelf } from './objects.ts'
import { parseRequest, refusalAnswer, type S3Answer, S3Refusal, type S3Request } from './protocol.ts'
import { isSigned, verifySignature } from './signature.ts'

export interface StrictS3Options {
  buckets?: readonly string[]
  /** buckets whose objects anybody may read, as through a public address of R2 */
  publicBuckets?: readonly string[]
  region?: string
  /** now, ms */
  clock?: () => number
  /** the most that one page of a list holds */
  pageSize?: number
  /** web sites whose pages may send requests */
  allowedOrigins?: readonly string[]
}

export interface LoggedRequest {
  method: string
  /** with the query */
  url: string
  headers: IncomingMessage['headers']
  /** of the answer; 0 when there was none */
  status: number
  fault: PlannedFault['fault'] | null
  /** of arrival, ms */
  at: number
}

export interface StrictS3
  extends AsyncDisposable,
    Pick<ObjectShelf, 'objects' | 'buckets' | 'puts'>,
    Omit<ReturnType<typeof createFaults>, 'next'> {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
  /** in the order of arrival */
  log: LoggedRequest[]
  /** open at the moment */
  connections(): number
  /** breaks all connections and refuses new ones; the objects stay */
  stop(): Promise<void>
  /** at the same address as before */
  start(): Promise<void>
}

const slowMs = 600

const codes = {
  '409': 'ConditionalRequestConflict',
  '429': 'TooManyRequests',
  '500': 'InternalError',
  '503': 'SlowDown',
}

/**
 * An S3 storage in this process with the rules of R2: every signature is rebuilt, every checksum compared, ACLs are
 * refused with 501. It can be told to fail in the ways that storages and networks do.
 */
export async function startStrictS3(options: StrictS3Options = {}): Promise<StrictS3> {
  const { buckets = ['pictures'], publicBuckets = [], region = 'auto', clock = Date.now } = options
  const { pageSize = 1000, allowedOrigins = [] } = options
  const keys = { accessKeyId: 'strict-access-key', secretAccessKey: 'strict-secret-key' }
  const shelf = createObjectShelf(buckets, pageSize, clock)
  const { next: nextFault, ...faults } = createFaults()
  const log: LoggedRequest[] = []

  function answer(request: S3Request): S3Answer {
    if (request.method === 'OPTIONS') return preflight(request, allowedOrigins)
    try {
      const isRead = request.method === 'GET' || request.method === 'HEAD'
      const isPublic = isRead && request.key !== '' && publicBuckets.includes(request.bucket)
      if (isPublic && !isSigned(request)) return shelf.handle(request, request.body)
      const payloadHash = verifySignature(request, { ...keys, region, clock })
      return shelf.handle(request, verifyBody(request, payloadHash))
    } catch (error) {
      if (error instanceof S3Refusal) return refusalAnswer(error)
      throw error
    }
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', socket } = message
    const { pathname } = new URL(url, 'http://storage')
    const planned = nextFault(method, decodeURIComponent(pathname.slice(1)))
    const entry: LoggedRequest = {
      method,
      url,
      headers: message.headers,
      status: 0,
      fault: planned?.fault ?? null,
      at: Date.now(),
    }
    log.push(entry)
    if (planned?.fault === 'reset before body') return void socket.resetAndDestroy()
    const request = parseRequest(method, url, message.headers, await buffer(message))
    if (planned?.fault === 'reset after body') return void socket.resetAndDestroy()
    // whoever asked gives up, or the server is stopped
    if (planned?.fault === 'stall') return
    if (planned?.fault === 'slow') await sleep(slowMs)
    const result = faultyAnswer(planned) ?? answer(request)
    if (planned?.fault === 'lost answer') return void socket.resetAndDestroy()
    entry.status = result.status
    const headers = { date: new Date(clock()).toUTCString(), ...shareWith(request, allowedOrigins), ...result.headers }
    send(response, request, { ...result, headers }, planned)
  }

  const sockets = new Set<Socket>()
  const server = createServer((message, response) => {
    // a client that goes away in the middle of its body has nothing stored and gets no answer
    serve(message, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo

  return {
    endpoint: `http://127.0.0.1:${port}`,
    ...keys,
    ...faults,
    objects: shelf.objects,
    buckets: shelf.buckets,
    puts: shelf.puts,
    log,
    connections: () => sockets.size,
    stop,
    start: () => listen(port),
    [Symbol.asyncDispose]: stop,
  }
}

function faultyAnswer(planned: PlannedFault | null): S3Answer | null {
  if (planned?.fault === '502 page') {
    return { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html><body>Bad gateway<hr>') }
  }
  const code = planned && codes[planned.fault as keyof typeof codes]
  if (!code) return null
  const refusal = refusalAnswer(new S3Refusal(Number(planned.fault), code))
  const { retryAfter } = planned
  return { ...refusal, headers: { ...refusal.headers, ...(retryAfter && { 'retry-after': String(retryAfter) }) } }
}

function send(response: ServerResponse, request: S3Request, answer: S3Answer, planned: PlannedFault | null): void {
  const { status, headers, body = Buffer.alloc(0) } = answer
  // 204 has no length
  const length = status === 204 ? {} : { 'content-length': body.length }
  response.writeHead(status, { ...length, ...headers })
  const half = body.subarray(0, Math.floor(body.length / 2))
  if (request.method === 'HEAD') response.end()
  else if (planned?.fault === 'truncated GET') response.write(half, () => response.socket?.destroy())
  else if (planned?.fault === 'stalled GET') response.write(half)
  else if (planned?.fault === 'slow GET') {
    response.write(half)
    setTimeout(() => response.end(body.subarray(half.length)), slowMs)
  } else response.end(body)
}
