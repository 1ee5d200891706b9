import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema } from 'graphql'
import { describe, expect, it } from 'vitest'
import { limitUploads } from '../../src/http/limited-route.ts'
import { createRateLimits } from '../../src/http/rate-limits.ts'
import { createGraphQL } from '../../src/http/yoga.ts'
import { createLog } from '../../src/log.ts'
import type { Context } from '../../src/schema/context.ts'

/** The token that stands in for authentication. */
const principalOf = (context: { request?: Request; req?: { headers: NodeJS.Dict<string | string[]> } }) => {
  const id = context.request?.headers.get('authorization') ?? context.req?.headers.authorization
  return typeof id === 'string' ? { id } : null
}

const schema = buildSchema(`
  type Query { here: Boolean }
  input Files { files: [String!]! }
  type Mutation { change: Boolean  uploadImage: Boolean  createUploads(input: Files!): Boolean }
`)

function createApi(mutationsPerMinute: number, uploadsPerMinute: number) {
  const rates = createRateLimits({ mutationsPerMinute, uploadsPerMinute })
  const context = { limits: { maxBytes: 1024 } } as Context
  const asking = { rates, subscriptions: { total: 1, perClient: 1 } }
  const yoga = createGraphQL({ schema, context, log: createLog('silent'), asking, principalOf })
  return async (query: string, token?: string, variables = {}) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: token }) }
    const body = JSON.stringify({ query, variables })
    const response = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body })
    const { errors } = (await response.json()) as { errors?: { message: string; extensions: object }[] }
    return { status: response.status, retryAfter: response.headers.get('retry-after'), error: errors?.[0] }
  }
}

describe('mutations a minute', () => {
  it('are counted for each token, and refused with a time', async () => {
    const ask = createApi(2, 10)
    expect((await ask('mutation { change }', 'a')).status).toBe(200)
    expect((await ask('mutation { change }', 'a')).status).toBe(200)
    const { status, retryAfter, error } = await ask('mutation { change }', 'a')
    expect([status, Number(retryAfter)]).toEqual([429, expect.any(Number)])
    expect(error).toMatchObject({
      message: `You may have 2 mutations a minute; try again in ${retryAfter} s.`,
      extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: Number(retryAfter) },
    })
    expect((await ask('mutation { change }', 'b')).status).toBe(200)
    expect((await ask('{ here }', 'a')).status).toBe(200)
  })

  it('are each field of an operation, those of fragments too', async () => {
    const ask = createApi(3, 10)
    const three = 'mutation { change ...f ... { a: change } } fragment f on Mutation { b: change }'
    expect((await ask(three, 'a')).status).toBe(200)
    expect((await ask('mutation { change }', 'a')).status).toBe(429)
  })

  it('have no limit where nobody is known', async () => {
    const ask = createApi(1, 1)
    for (let count = 0; count < 5; count += 1) expect((await ask('mutation { uploadImage }')).status).toBe(200)
  })
})

describe('files a minute', () => {
  it('are those that are sent and those that are announced', async () => {
    const ask = createApi(100, 5)
    const announce = 'mutation ($input: Files!) { createUploads(input: $input) }'
    expect((await ask('mutation { uploadImage }', 'a')).status).toBe(200)
    expect((await ask('mutation { createUploads(input: { files: ["x"] }) }', 'a')).status).toBe(200)
    expect((await ask(announce, 'a', { input: { files: ['x', 'y', 'z'] } })).status).toBe(200)
    expect((await ask('mutation { uploadImage }', 'a')).error?.message).toMatch(/^You may have 5 uploads a minute/)
    expect((await ask('mutation { change }', 'a')).status).toBe(200)
  })

  it('are counted in what a variable is by default too', async () => {
    const ask = createApi(100, 2)
    const three = 'mutation ($input: Files! = { files: ["x", "y", "z"] }) { createUploads(input: $input) }'
    expect((await ask(three, 'a')).status).toBe(429)
    expect((await ask(three, 'b', { input: { files: ['x'] } })).status).toBe(200)
  })

  it('are those of the older upload route too', async () => {
    const rates = createRateLimits({ mutationsPerMinute: 1, uploadsPerMinute: 1 })
    const route = limitUploads(async (_request, response) => void response.end('taken'), rates, principalOf)
    await using server = createServer((request, response) => void route(request, response, '/images/upload'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const send = () => fetch(url, { method: 'POST', headers: { authorization: 'a' }, body: 'x' })
    expect((await send()).status).toBe(200)
    const refused = await send()
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect(await refused.json()).toEqual({ detail: expect.stringContaining('uploads a minute') })
    expect((await fetch(url, { headers: { authorization: 'a' } })).status).toBe(200)
  })
})
