import { createSchema, createYoga } from 'graphql-yoga'
import { expect, it } from 'vitest'
import { useBodyLimit } from '../../src/http/body-limit.ts'

const yoga = createYoga({
  schema: createSchema({ typeDefs: 'type Query { here: Boolean }' }),
  logging: false,
  plugins: [useBodyLimit({ multipart: 1_000, other: 100, patienceMs: 50 })],
})

async function post(body: ReadableStream<Uint8Array>) {
  const headers = { 'content-type': 'application/json' }
  // Node's own type of the options lacks what a stream needs
  const options = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const response = await yoga.fetch('http://localhost/graphql', options)
  return { status: response.status, connection: response.headers.get('connection'), text: await response.text() }
}

const text = (part: string) => new TextEncoder().encode(part)

it('ends a request whose body does not arrive, with HTTP 408', async () => {
  const body = new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(text('{"query":')) })
  const answer = await post(body)
  expect([answer.status, answer.connection]).toEqual([408, 'close'])
  expect(answer.text).toContain('REQUEST_TOO_SLOW')
})

it('does not wait for the end of what is too large already', async () => {
  const body = new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(text('x'.repeat(101))) })
  const answer = await post(body)
  expect([answer.status, answer.connection]).toEqual([413, 'close'])
  expect(answer.text).toContain('REQUEST_TOO_LARGE')
})

it('takes what arrives in parts', async () => {
  const body = new ReadableStream<Uint8Array>({
    start(to) {
      for (const part of ['{"query":', '"{ here }"}']) to.enqueue(text(part))
      to.close()
    },
  })
  expect(await post(body)).toMatchObject({ status: 200, text: '{"data":{"here":null}}' })
})
