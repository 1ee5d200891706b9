import { readFileSync } from 'node:fs'
import type fc from 'fast-check'
import { buildSchema } from 'graphql'
import { Agent, request } from 'undici'
import { createWriter, type Operation } from './documents.ts'
import { FoundError, judgeAnswer, judgeBody, judgeStatus } from './judge.ts'
import { anyTape } from './tape.ts'
import type { Known } from './values.ts'

/** How long an answer may take, ms. */
const patienceMs = 20_000

/** How long a subscription is listened to, ms. */
const listenMs = 60

/** Operations of every kind that schema.graphql allows, and what is not quite one; `known` says what there is. */
export function anyOperation(known: Known): fc.Arbitrary<Operation> {
  const write = createWriter(buildSchema(readFileSync('schema.graphql', 'utf8')), known)
  return anyTape(160).map(write)
}

export interface Poster extends AsyncDisposable {
  /** posts it, as JSON or in the address, and judges the answer; throws FoundError */
  post(operation: Operation, way: 'json' | 'address'): Promise<void>
}

export function createPoster(url: () => string): Poster {
  const dispatcher = new Agent()

  async function send({ query, variables }: Operation, way: 'json' | 'address', signal: AbortSignal) {
    const accept = 'application/graphql-response+json, text/event-stream, application/json'
    const headers = { accept, 'x-graphql-yoga-csrf': '1' }
    if (way === 'json') {
      const body = JSON.stringify({ query, variables })
      return request(`${url()}/graphql`, {
        method: 'POST',
        body,
        signal,
        dispatcher,
        headers: { ...headers, 'content-type': 'application/json' },
      })
    }
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) })
    return request(`${url()}/graphql?${search}`, { signal, dispatcher, headers })
  }

  return {
    async post(operation, way) {
      const patience = AbortSignal.timeout(patienceMs)
      try {
        const { statusCode, headers, body } = await send(operation, way, patience)
        const isStream = String(headers['content-type']).startsWith('text/event-stream')
        if (!isStream) return judgeAnswer('/graphql', { status: statusCode, body: await body.text() })
        const heard: string[] = []
        body.on('data', (some) => heard.push(String(some))).on('error', () => {})
        await new Promise((resolve) => setTimeout(resolve, listenMs))
        body.destroy()
        judgeStatus('/graphql', statusCode)
        for (const [, data = ''] of heard.join('').matchAll(/^data: ?(.+)$/gm)) judgeBody(data)
      } catch (error) {
        if (patience.aborted) throw new FoundError(`No answer within ${patienceMs} ms.`)
        throw error
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}
