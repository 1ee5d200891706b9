import { createSchema, createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, it } from 'vitest'
import { useOperationLimits } from '../../src/http/operation-limits.ts'

/** A service whose field `slow` is answered when `finish` is called. */
function createSlowServer(limits: { perClient: number; queryMs: number }) {
  const waiting: (() => void)[] = []
  const slow = () => new Promise<boolean>((resolve) => waiting.push(() => resolve(true)))
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: 'type Query { slow: Boolean, fast: Boolean } type Mutation { slow: Boolean }',
      resolvers: { Query: { slow, fast: () => true }, Mutation: { slow } },
    }),
    logging: false,
    plugins: [
      useOperationLimits(
        limits,
        (context) => (context as { request?: Request }).request?.headers.get('who') ?? '',
      ) as unknown as Plugin,
    ],
  })
  const ask = async (query: string, who = 'somebody') => {
    const headers = { 'content-type': 'application/json', who }
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    })
    return { status: response.status, text: await response.text() }
  }
  return {
    ask,
    async begun(count: number) {
      await expect.poll(() => waiting.length).toBe(count)
    },
    finish: () => waiting.splice(0).forEach((end) => void end()),
  }
}

describe('operations in progress', () => {
  it('are so many of one client, and of others apart, until one is over', async () => {
    const { ask, begun, finish } = createSlowServer({ perClient: 2, queryMs: 60_000 })
    const first = [ask('{ slow }'), ask('mutation { slow }')]
    await begun(2)
    const refused = await ask('{ fast }')
    expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('TOO_MANY_OPERATIONS')])
    expect((await ask('{ fast }', 'another')).status).toBe(200)
    finish()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
    expect((await ask('{ fast }')).status).toBe(200)
  })

  it('still are so when their answer took too long', async () => {
    const { ask, begun, finish } = createSlowServer({ perClient: 1, queryMs: 20 })
    expect(await ask('{ slow }')).toMatchObject({ status: 503, text: expect.stringContaining('QUERY_TOO_SLOW') })
    expect((await ask('{ fast }')).status).toBe(429)
    await begun(1)
    finish()
    await expect.poll(async () => (await ask('{ fast }')).status).toBe(200)
  })
})

it('a mutation may take longer than a query', async () => {
  const { ask, begun, finish } = createSlowServer({ perClient: 2, queryMs: 20 })
  const mutation = ask('mutation { slow }')
  await begun(1)
  expect((await ask('{ slow }')).status).toBe(503)
  finish()
  expect(await mutation).toEqual({ status: 200, text: '{"data":{"slow":true}}' })
})
