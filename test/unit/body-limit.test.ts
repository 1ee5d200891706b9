import { createSchema, createYoga } from 'graphql-yoga'
import { describe, expect, it } from 'vitest'
import { localViewer } from '../../src/auth/viewer.ts'
import { useBodyLimit } from '../../src/http/body-limit.ts'

const limits = { multipart: 1_000, inMemory: 1_500, other: 100, patienceMs: 50 }

const createServer = (role: 'viewer' | 'editor') =>
  createYoga({
    schema: createSchema({ typeDefs: 'type Query { here: Boolean }' }),
    logging: false,
    plugins: [useBodyLimit(limits, () => ({ ...localViewer, role }))],
  })

const yoga = createServer('editor')

async function post(body: ReadableStream<Uint8Array>, type = 'application/json', server = yoga) {
  const headers = { 'content-type': type }
  // Node's own type of the options lacks what a stream needs
  const options = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const response = await server.fetch('http://localhost/graphql', options)
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

describe('a multipart request', () => {
  const multipart = 'multipart/form-data; boundary=x'
  const endless = () => new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(text('--x\r\n')) })
  const whole = () =>
    new ReadableStream<Uint8Array>({
      start(to) {
        const part = 'content-disposition: form-data; name="operations"\r\n\r\n{"query":"{ here }"}'
        to.enqueue(text(`--x\r\n${part}\r\n--x--\r\n`))
        to.close()
      },
    })

  it('is not read for who may not send files', async () => {
    const body = endless()
    const answer = await post(body, multipart, createServer('viewer'))
    expect([answer.status, answer.connection]).toEqual([403, null])
    expect(answer.text).toContain('FORBIDDEN')
    expect(body.locked).toBe(false)
  })

  it('is ended when it does not arrive, and others wait for its room, but not for ever', async () => {
    const server = createServer('editor')
    const [slow, waiting, later] = [post(endless(), multipart, server), post(whole(), multipart, server), whole()]
    expect(await waiting).toMatchObject({ status: 429, text: expect.stringContaining('TOO_MANY_UPLOADS') })
    expect(await slow).toMatchObject({ status: 408, text: expect.stringContaining('REQUEST_TOO_SLOW') })
    expect(await post(later, multipart, server)).toMatchObject({ status: 200, text: '{"data":{"here":null}}' })
  })
})
