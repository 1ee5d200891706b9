import { buildSchema, getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRateLimits } from '../../src/http/rate-limits.ts'
import { createGraphQL } from '../../src/http/yoga.ts'
import { createLog } from '../../src/log.ts'
import type { Context } from '../../src/schema/context.ts'
import { createTestApp, type TestApp } from '../support/app.ts'

const schema = buildSchema('enum Colour { RED } type Query { here(colour: Colour): Boolean }')

const yoga = createGraphQL({
  schema,
  context: { limits: { maxBytes: 1024 } } as Context,
  log: createLog('silent'),
  asking: {
    rates: createRateLimits({ mutationsPerMinute: 1, uploadsPerMinute: 1 }),
    subscriptions: { total: 1, perClient: 1 },
  },
  introspection: async (request) => request.headers.get('authorization') === 'known',
})

async function ask(query: string, authorization: string, variables = {}) {
  const response = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as { data?: object; errors?: { message: string }[] }
}

const page = (authorization: string) =>
  yoga.fetch('http://localhost/graphql', { headers: { accept: 'text/html', authorization } })

describe('where the schema is not for everybody', () => {
  it('introspection is refused to who is not known, though it was answered before', async () => {
    const query = getIntrospectionQuery()
    expect((await ask(query, 'known')).data).toBeDefined()
    const { data, errors } = await ask(query, 'unknown')
    expect(data).toBeUndefined()
    expect(errors?.[0]?.message).toContain('introspection')
    expect((await ask(query, 'known')).data).toBeDefined()
  })

  it('errors suggest nothing to who is not known', async () => {
    const wrong: [string, object][] = [
      ['{ heer }', {}],
      ['{ here(color: RED) }', {}],
      ['{ here(colour: REDD) }', {}],
      ['query ($c: Colour) { here(colour: $c) }', { c: 'REDD' }],
    ]
    for (const [query, variables] of wrong) {
      expect((await ask(query, 'known', variables)).errors?.[0]?.message).toContain('Did you mean')
      const { errors } = await ask(query, 'unknown', variables)
      expect(errors).toHaveLength(1)
      expect(errors?.[0]?.message).not.toContain('Did you mean')
    }
  })

  it('GraphiQL is shown to who is known', async () => {
    const shown = await page('known')
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'text/html'])
    expect(await shown.text()).toContain('<title>Greenroom</title>')
    expect(await (await page('unknown')).text()).not.toContain('<title>')
  })

  it('everything else is answered', async () => {
    expect(await ask('{ here __typename }', 'unknown')).toMatchObject({ data: { __typename: 'Query' } })
  })
})

describe('what browsers are told', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp({ env: { CONCURRENCY: '0' } })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('of GraphiQL: that its own script may run, by a nonce that is new each time, and no other', async () => {
    const nonces = []
    for (let count = 0; count < 2; count += 1) {
      const response = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html' } })
      const policy = response.headers.get('content-security-policy') ?? ''
      const [, nonce = ''] = /script-src 'nonce-([^']+)'/.exec(policy) ?? []
      nonces.push(nonce)
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy.match(/script-src [^;]*/)?.[0]).toBe(`script-src 'nonce-${nonce}'`)
      const text = await response.text()
      expect(text.split(`<script nonce="${nonce}">`)).toHaveLength(2)
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect(new Set(nonces).size).toBe(2)
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/)
  })

  it.each(['/graphql?query={__typename}', '/health', '/nothing', '/', '/media/x.webp'])(
    'of %s: that nothing in it runs, is guessed or framed',
    async (path) => {
      const { headers } = await fetch(`${app.url}${path}`, { redirect: 'manual' })
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    },
  )
})
