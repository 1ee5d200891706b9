import { readFileSync } from 'node:fs'
import type fc from 'fast-check'
import { buildSchema } from 'graphql'
import type { Asked } from './ask.ts'
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

export interface Posted {
  operation: Operation
  way: 'json' | 'address'
}

function send({ url, headers: who }: Asked, { operation, way }: Posted, signal: AbortSignal): Promise<Response> {
  const { query, variables } = operation
  const accept = 'application/graphql-response+json, text/event-stream, application/json'
  const headers = { accept, 'x-graphql-yoga-csrf': '1', connection: 'close', ...who }
  if (way === 'address') {
    return fetch(`${url}/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`, {
      headers,
      signal,
    })
  }
  const body = JSON.stringify({ query, variables })
  return fetch(`${url}/graphql`, {
    method: 'POST',
    body,
    signal,
    headers: { ...headers, 'content-type': 'application/json' },
  })
}

/** Posts it, as JSON or in the address, and judges the answer; throws FoundError. */
export async function post(asked: Asked, posted: Posted): Promise<void> {
  const leaving = new AbortController()
  const patience = AbortSignal.timeout(patienceMs)
  try {
    const response = await send(asked, posted, AbortSignal.any([patience, leaving.signal]))
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (!isStream) return judgeAnswer('/graphql', { status: response.status, body: await response.text() })
    judgeStatus('/graphql', response.status)
    setTimeout(() => leaving.abort(), listenMs)
    for (const [, data = ''] of (await hear(response, leaving.signal)).matchAll(/^data: ?(.+)$/gm)) judgeBody(data)
  } catch (error) {
    if (patience.aborted) throw new FoundError(`No answer within ${patienceMs} ms.`)
    throw error
  }
}

/** What comes until it ends, or is left. */
async function hear({ body }: Response, leaving: AbortSignal): Promise<string> {
  const decoder = new TextDecoder()
  let heard = ''
  try {
    for await (const chunk of body ?? []) heard += decoder.decode(chunk as Uint8Array, { stream: true })
  } catch (error) {
    if (!leaving.aborted) throw error
  }
  return heard
}
