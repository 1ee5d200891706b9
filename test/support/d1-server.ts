import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { CloudflareAccess } from '../../src/services/d1/cloudflare-d1.ts'
import { type D1Engine, type Statement, startD1Engine } from './d1-engine.ts'

/** An answer in place of the right one. */
export interface PlannedAnswer {
  status: number
  headers?: Record<string, string>
  /** as it is, where it is a string; else one error of Cloudflare's API */
  body: string | { code: number; message: string }
}

/** `lost answer`: the statement has its effect. `reset`, `stall`: it has none. `cut`: the answer breaks off. */
export type D1ServerFault = 'lost answer' | 'reset' | 'stall' | 'cut' | PlannedAnswer

export interface LoggedD1Request {
  url: string
  statements: { sql: string; params: number; largestParamBytes: number }[]
  /** of the answer; 0 when there was none */
  status: number
  /** of arrival, ms */
  at: number
}

export interface D1Server extends AsyncDisposable {
  access: CloudflareAccess
  /** in the order of arrival */
  log: LoggedD1Request[]
  /** the next requests fail so, one each; null: this one does not */
  failNext(...faults: (D1ServerFault | null)[]): void
  /** past the API and its limits: for looking at rows, and for what other programs do to them */
  execute(sql: string, ...params: unknown[]): Promise<Record<string, unknown>[]>
}

/** https://developers.cloudflare.com/d1/platform/limits/ */
const limits = { params: 100, sqlBytes: 100_000, valueBytes: 2_000_000 }

class Refusal extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/**
 * D1's REST API in this process, over D1's own engine: over the one that is given, which then is not ended with it, or
 * one that starts with the first statement that gets through.
 */
export async function startD1Server(shared?: D1Engine): Promise<D1Server> {
  const accountId = '0123456789abcdef0123456789abcdef'
  const databaseId = '01234567-89ab-cdef-0123-456789abcdef'
  const token = 'd1-secret-token'
  const log: LoggedD1Request[] = []
  const faults: (D1ServerFault | null)[] = []
  let starting: Promise<D1Engine> | null = null
  const engine = async () => {
    if (shared) return shared
    starting ??= startD1Engine()
    return starting
  }

  function kindOf({ method, url, headers }: IncomingMessage): 'query' | 'raw' {
    const expected = `/client/v4/accounts/${accountId}/d1/database/`
    if (headers.authorization !== `Bearer ${token}`) throw new Refusal(401, 10000, 'Authentication error')
    const [, database, kind] =
      /^(?:([^/]+)\/)(query|raw)$/.exec(url?.startsWith(expected) ? url.slice(expected.length) : '') ?? []
    if (method !== 'POST' || !kind)
      throw new Refusal(404, 7003, 'Could not route to the path, perhaps your object identifier is invalid?')
    if (database !== databaseId) throw new Refusal(404, 7404, `The database ${database} could not be found`)
    return kind === 'raw' ? 'raw' : 'query'
  }

  async function answer(request: IncomingMessage, statements: readonly Statement[]): Promise<unknown> {
    const kind = kindOf(request)
    for (const statement of statements) checkLimits(statement)
    const results = await (await engine()).run(statements).catch((error: Error) => {
      throw new Refusal(400, 7500, error.message.replace(/^D1_ERROR: /, ''))
    })
    return {
      success: true,
      errors: [],
      messages: [],
      result: results.map(({ meta, columns, rows }) => {
        const objects = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])))
        return { success: true, meta, results: kind === 'raw' ? { columns, rows } : objects }
      }),
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const statements = parseStatements(await text(request))
    const entry = { url: request.url ?? '', statements: statements.map(describeStatement), status: 0, at: Date.now() }
    log.push(entry)
    const fault = faults.shift()
    if (fault === 'reset') return void request.socket.resetAndDestroy()
    if (fault === 'stall') return
    const planned = typeof fault === 'object' && fault ? fault : await settle(() => answer(request, statements))
    if (fault === 'lost answer') return void request.socket.resetAndDestroy()
    entry.status = planned.status
    send(response, planned, fault === 'cut')
  }

  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    // whoever asks may go away in the middle of it
    serve(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    access: { accountId, databaseId, token, baseUrl: `http://127.0.0.1:${port}` },
    log,
    failNext: (...more) => void faults.push(...more),
    async execute(sql, ...params) {
      const [result] = await (await engine()).run([{ sql, params }])
      const { columns, rows } = result ?? { columns: [], rows: [] }
      return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])))
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
      await (await starting)?.[Symbol.asyncDispose]()
    },
  }
}

function send(response: ServerResponse, { status, headers, body }: PlannedAnswer, isCut: boolean): void {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(failure(body)))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers })
  if (isCut) response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.resetAndDestroy())
  else response.end(bytes)
}

/** The variables that lead to it. */
export const d1Env = ({ access }: D1Server) => ({
  D1_ACCOUNT_ID: access.accountId,
  D1_DATABASE_ID: access.databaseId,
  D1_TOKEN: access.token,
  D1_BASE_URL: access.baseUrl,
})

const failure = (error: { code: number; message: string }) => ({
  success: false,
  errors: [error],
  messages: [],
  result: null,
})

async function settle(run: () => Promise<unknown>): Promise<PlannedAnswer> {
  try {
    return { status: 200, body: JSON.stringify(await run()) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: error.status, body: { code: error.code, message: error.message } }
  }
}

function parseStatements(body: string): Statement[] {
  const { batch, ...single } = JSON.parse(body) as Statement & { batch?: Statement[] }
  return batch ?? [single]
}

const bytesOf = (param: unknown) => (typeof param === 'string' ? Buffer.byteLength(param) : 8)

const describeStatement = ({ sql, params = [] }: Statement) => ({
  sql,
  params: params.length,
  largestParamBytes: Math.max(0, ...params.map(bytesOf)),
})

function checkLimits({ sql, params = [] }: Statement): void {
  if (Buffer.byteLength(sql) > limits.sqlBytes) throw new Refusal(400, 7500, 'statement too long: SQLITE_TOOBIG')
  if (params.length > limits.params) throw new Refusal(400, 7500, 'too many SQL variables: SQLITE_ERROR')
  if (params.some((param) => bytesOf(param) > limits.valueBytes)) {
    throw new Refusal(400, 7500, 'string or blob too big: SQLITE_TOOBIG')
  }
}
