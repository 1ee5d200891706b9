import { AsyncLocalStorage } from 'node:async_hooks'
import { PrismaD1 } from '@prisma/adapter-d1'
import ky from 'ky'
import PQueue from 'p-queue'
import { PrismaClient } from '../../generated/d1/client.ts'
import { withTimeLimit } from '../sources/time-limit.ts'
import { checkCloudflareAnswer } from './cloudflare-answer.ts'
import type { D1Backend } from './d1-backend.ts'
import { D1ConnectionError } from './d1-faults.ts'

export interface CloudflareAccess {
  accountId: string
  databaseId: string
  token: string
  /** of the API, without a path or a slash at its end */
  baseUrl: string
}

export interface CloudflareLimits {
  /** of one request with its answer, ms; D1 itself ends a statement after 30 s */
  timeoutMs: number
  /** Cloudflare allows a token 1,200 requests in five minutes, and answers 429 to it for the next five */
  requestsPerSecond: number
}

/** What Prisma's adapter cannot carry to the request, nor back from it. */
interface Call {
  signal: AbortSignal
  failure?: { error: unknown }
}

/** D1 over Cloudflare's REST API, through Prisma's adapter with an HTTP client of ours. */
export function createCloudflareBackend(access: CloudflareAccess, limits: Partial<CloudflareLimits> = {}): D1Backend {
  const { timeoutMs = 30_000, requestsPerSecond = 4 } = limits
  const gate = new PQueue({ interval: 1_000, intervalCap: requestsPerSecond, strict: true })
  const calls = new AsyncLocalStorage<Call>()

  async function ask(request: Request, signal: AbortSignal): Promise<Response> {
    const late = () => new D1ConnectionError('late', { cause: new DOMException('No answer in time.', 'TimeoutError') })
    return withTimeLimit({ signal, ms: timeoutMs, late }, async (limited) => {
      const { response, body } = await exchange(request, limited)
      checkCloudflareAnswer(response, body)
      return new Response(body, { headers: { 'content-type': 'application/json' } })
    })
  }

  /**
   * The adapter prints every error on the console and keeps only the first sentence of it, so it gets to see none: the
   * error is kept for whoever called, and the adapter takes the answer for one without rows.
   */
  async function fetchForPrisma(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const call = calls.getStore()
    if (!call) throw new Error('A request to D1 that nobody has asked for.')
    const request = new Request(input, init)
    try {
      return await gate.add(() => ask(request, call.signal), { signal: call.signal })
    } catch (error) {
      call.failure = { error }
      return Response.json(nothing)
    }
  }

  const db = new PrismaClient({ adapter: createAdapter(access, fetchForPrisma) })
  return {
    place: `Cloudflare D1 ${access.databaseId}`,
    async run(task, signal) {
      const call: Call = { signal }
      const result = await calls.run(call, async () => task(db))
      if (call.failure) throw call.failure.error
      return result
    },
    [Symbol.asyncDispose]: () => db.$disconnect(),
  }
}

const nothing = { success: true, result: [{ results: { columns: [], rows: [] }, meta: { changes: 0 } }] }

async function exchange(request: Request, signal: AbortSignal) {
  try {
    const response = await fetch(request, { signal })
    return { response, body: await response.text() }
  } catch (cause) {
    throw new D1ConnectionError('Cloudflare gave no whole answer.', { cause })
  }
}

/** Prisma's adapter has no setting for where the API is, for limits or for signals, but takes any client. */
function createAdapter({ accountId, databaseId, token, baseUrl }: CloudflareAccess, fetch: typeof globalThis.fetch) {
  const client = ky.create({
    prefixUrl: `${baseUrl}/client/v4/accounts/${accountId}/d1/database/${databaseId}`,
    headers: { authorization: `Bearer ${token}` },
    // what is answered with a redirect is not the API, and must not get the token
    redirect: 'manual',
    throwHttpErrors: false,
    // those are ours
    retry: 0,
    timeout: false,
    fetch,
  })
  const factory = new PrismaD1({
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_DATABASE_ID: databaseId,
    CLOUDFLARE_D1_TOKEN: token,
  })
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    // or it would go past our limits and, in a test, out to Cloudflare
    if (!('client' in adapter)) throw new Error('The D1 adapter has no client that could be replaced.')
    return Object.assign(adapter, { client })
  }
  return factory
}
