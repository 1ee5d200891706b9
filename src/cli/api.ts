import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { OperatorError } from '../errors.ts'

/** The server said no, in a sentence. */
export class ApiError extends OperatorError {
  override readonly name = 'ApiError'
  /** of the API's ErrorCode, where it gave one */
  readonly code: string | null
  constructor(message: string, { code = null, ...options }: ErrorOptions & { code?: string | null } = {}) {
    super(message, options)
    this.code = code
  }
}

/** A file of a multipart request, and where it belongs: `variables.input.pages.0.file`. */
export interface FilePart {
  at: string
  file: File
}

export interface Api {
  /** where the server is: http://host:port */
  url: string
  query<T>(query: string, variables?: Record<string, unknown>): Promise<T>
  /** a multipart request with a file as the variable `file` */
  send<T>(query: string, variables: Record<string, unknown>, file: File): Promise<T>
  /** a multipart request with many files, each where it says */
  sendAll<T>(query: string, variables: Record<string, unknown>, files: readonly FilePart[]): Promise<T>
  /** the events of a run to its end or to the signal; a lost connection is taken up again where it broke */
  watch<E extends { seq: number }>(selection: string, runId: string, signal: AbortSignal): AsyncGenerator<E>
}

/** How often a lost connection is tried again, about a second apart. */
const reconnects = 30

interface Answer<T> {
  data?: T | null
  errors?: readonly { message: string }[]
}

/** What a server closes a connection with whose token it does not take, or not any more. */
const unauthorized = 4401

/** Speaks GraphQL to a server, for programs of ours that are no browsers; with the token, where the server wants one. */
export function createApi(url: string, token: string | null = null): Api {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` }

  async function post<T>(body: BodyInit, headers: Record<string, string>): Promise<T> {
    const response = await fetch(`${url}/graphql`, { method: 'POST', body, headers: { ...headers, ...authorization } })
    const text = await response.text()
    if (response.status === 401) throw notTaken(token)
    if (!response.headers.get('content-type')?.includes('json'))
      throw new ApiError(`${url} answered ${response.status}.`)
    return unwrap(JSON.parse(text) as Answer<T>)
  }

  async function* follow<E>(query: string, variables: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<E> {
    const client = createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: authorization,
      retryAttempts: 0,
    })
    const answers = client.iterate<{ runProgress: E }>({ query, variables })
    const stop = () => answers.return?.()
    signal.addEventListener('abort', stop)
    try {
      for await (const answer of answers) yield unwrap(answer as Answer<{ runProgress: E }>).runProgress
    } finally {
      signal.removeEventListener('abort', stop)
      await client.dispose()
    }
  }

  function sendAll<T>(query: string, variables: Record<string, unknown>, files: readonly FilePart[]): Promise<T> {
    const form = new FormData()
    form.append('operations', JSON.stringify({ query, variables }))
    form.append('map', JSON.stringify(Object.fromEntries(files.map(({ at }, index) => [index, [at]]))))
    for (const [index, { file }] of files.entries()) form.append(String(index), file)
    return post(form, { 'x-graphql-yoga-csrf': '1' })
  }

  return {
    url,
    query: (query, variables = {}) =>
      post(JSON.stringify({ query, variables }), { 'content-type': 'application/json' }),
    send: (query, variables, file) => sendAll(query, { ...variables, file: null }, [{ at: 'variables.file', file }]),
    sendAll,
    async *watch<E extends { seq: number }>(selection: string, runId: string, signal: AbortSignal): AsyncGenerator<E> {
      const query = `subscription ($runId: ID!, $afterSeq: Int!) { runProgress(runId: $runId, afterSeq: $afterSeq) ${selection} }`
      let afterSeq = 0
      for (let lost = 0; !signal.aborted; ) {
        try {
          for await (const event of follow<E>(query, { runId, afterSeq }, signal)) {
            afterSeq = event.seq
            yield event
          }
          return
        } catch (error) {
          lost += 1
          if ((error as { code?: unknown }).code === unauthorized) throw notTaken(token)
          throwIfFinal(error, lost)
        }
        await sleep(1000, undefined, { signal }).catch(() => {})
      }
    },
  }
}

function notTaken(token: string | null): ApiError {
  const message = token
    ? 'The server does not take the token in GREENROOM_TOKEN, or not any more.'
    : 'The server wants a token: set GREENROOM_TOKEN to one that greenroom token create has made, and GREENROOM_URL.'
  return new ApiError(message, { code: 'UNAUTHORIZED' })
}

/** What the server said is final; a connection that broke is tried again, but not for ever. */
function throwIfFinal(error: unknown, lost: number): void {
  if (Array.isArray(error)) throw new ApiError(String(error[0]?.message))
  if (error instanceof ApiError) throw error
  if (lost > reconnects) throw new ApiError('The connection to the server is lost.', { cause: error })
}

function unwrap<T>({ data, errors }: Answer<T>): T {
  if (errors?.length) throw new ApiError(errors.map(({ message }) => message).join(' '))
  if (!data) throw new ApiError('The server answered without data.')
  return data
}
