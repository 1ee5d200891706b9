import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'
import WebSocket from 'ws'
import { bearer } from './client.ts'

type Payload = { query: string; variables?: Record<string, unknown> }

interface Result<T> {
  data?: T | null
  errors?: readonly { message: string; extensions?: { code?: string } }[]
}

export interface Subscription<T> extends AsyncDisposable {
  results: AsyncIterableIterator<Result<T>>
}

export type Subscribe = <T>(url: string, payload: Payload, token?: string) => Subscription<T>

const authorizationOf = (token: string | undefined) => (token ? bearer(token) : {})

/** A subscription on a WebSocket of its own. */
export const overWebSocket: Subscribe = <T>(url: string, payload: Payload, token?: string) => {
  const client = createWebSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: authorizationOf(token),
    retryAttempts: 0,
  })
  const results = client.iterate(payload) as unknown as AsyncIterableIterator<Result<T>>
  return {
    results,
    async [Symbol.asyncDispose]() {
      await results.return?.()
      await client.dispose()
    },
  }
}

/** A subscription as server-sent events. */
export const overSse: Subscribe = <T>(url: string, payload: Payload, token?: string) => {
  const client = createSseClient({ url: `${url}/graphql`, retryAttempts: 0, headers: authorizationOf(token) })
  const results = client.iterate(payload) as unknown as AsyncIterableIterator<Result<T>>
  return {
    results,
    async [Symbol.asyncDispose]() {
      await results.return?.()
      client.dispose()
    },
  }
}

/** Everything up to the end of a subscription. */
export async function collect<T>({ results }: Subscription<T>): Promise<T[]> {
  const all: T[] = []
  for await (const { data, errors } of results) {
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '))
    if (data) all.push(data)
  }
  return all
}

/** The error that a subscription begins with: thrown over WebSocket, a result over SSE. */
export async function firstError({ results }: Subscription<unknown>): Promise<unknown> {
  try {
    const { value } = await results.next()
    return value?.errors?.[0]
  } catch (errors) {
    return (errors as unknown[])[0]
  }
}
