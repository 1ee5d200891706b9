import { readFile } from 'node:fs/promises'
import { getIntrospectionQuery } from 'graphql'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { graphiqlOptions } from '../../src/http/graphiql.ts'
import { queryLimits } from '../../src/http/query-limits.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { post } from '../support/client.ts'
import { graphqlIn } from '../support/pages.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({ env: { CONCURRENCY: '0' } })
})
afterAll(() => app[Symbol.asyncDispose]())

const ask = (operation: Parameters<typeof post>[1]) => post(app.url, operation)

const many = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ')
const deep = (levels: number) => `${'parent { '.repeat(levels)}id${' }'.repeat(levels)}`
const doubling = (levels: number, last: string) =>
  `{ ...f0 } ${many(levels, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${levels} on Query { ${last} }`

describe('what is too much is refused before it is executed', () => {
  const cases: [string, string, string][] = [
    ['20,000 aliases', `{ ${many(20_000, (i) => `a${i}: __typename`)} }`, 'The query has'],
    ['16 aliases', `{ ${many(16, (i) => `a${i}: __typename`)} }`, 'The query has 16 aliases; at most 15 are accepted.'],
    [
      '16 aliases in fragments',
      `{ ${many(4, () => '...f')} } fragment f on Query { ${many(4, (i) => `a${i}: __typename`)} }`,
      'The query has 16 aliases; at most 15 are accepted.',
    ],
    ['too many tokens', `{ ${'__typename '.repeat(1_000)} }`, 'The query has more than 1000 tokens.'],
    [
      'a text that is too long',
      `{ __typename } #${'x'.repeat(50_000)}`,
      'The query has 50016 characters; at most 50000',
    ],
    ['fragments that double', doubling(40, '__typename'), 'The query may cost 1099511627776 fields; at most 10000'],
    [
      'fragments that double aliases',
      doubling(4, 'a: __typename'),
      'The query has 16 aliases; at most 15 are accepted.',
    ],
    ['11 fields below each other', `{ run(id: "x") { ${deep(9)} } }`, 'The query is 11 fields deep; at most 10'],
    [
      'directives',
      `{ ${'__typename @skip(if: false) '.repeat(51)} }`,
      'The query has 51 directives; at most 50 are accepted.',
    ],
    [
      '16 fields below each other in the schema',
      `{ __schema { types { ${'ofType { '.repeat(13)}name${' }'.repeat(13)} } } }`,
      'The question for the schema is 16 fields deep; at most 15 are accepted.',
    ],
    [
      'more of the schema than the standard question asks for',
      '{ __schema { types { fields { args { name } type { fields { args { type { enumValues { name description } } } } } } } } }',
      'The query may cost',
    ],
    [
      'long pages in long pages',
      '{ images(first: 100) { nodes { artists { images(first: 100) { edges { node { id } } } } } } }',
      'The query may cost 301201 fields; at most 10000',
    ],
  ]

  it.each(cases)('%s', async (_what, query, sentence) => {
    const { status, data, errors } = await ask(query)
    expect(status).toBe(400)
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([
      { message: expect.stringContaining(sentence), extensions: { code: 'QUERY_TOO_COMPLEX' } },
    ])
  })

  it('with a page that comes as a variable, though the query was let in before', async () => {
    const query = 'query ($n: Int) { images(first: $n) { nodes { variants { name url artist: name } } } }'
    expect((await ask({ query, variables: { n: 10 } })).status).toBe(200)
    const wide = query.replace('artist: name', 'name url key width height byteSize mimeType format recipe sha256')
    expect((await ask({ query: wide, variables: { n: 10 } })).status).toBe(200)
    const { status, errors } = await ask({ query: wide, variables: { n: 100 } })
    expect([status, errors?.[0]?.extensions?.code]).toEqual([400, 'QUERY_TOO_COMPLEX'])
  })

  it('with the cost of it, where that is what is too much', async () => {
    const { errors } = await ask(doubling(14, '__typename'))
    expect(errors?.[0]?.extensions).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      retryable: false,
      cost: { requested: 16_384, maximum: queryLimits.cost },
    })
  })

  it('a fragment that spreads itself, by validation', async () => {
    const { errors } = await ask('{ ...a } fragment a on Query { __typename ...b } fragment b on Query { ...a }')
    expect(errors?.[0]?.message).toContain('Cannot spread fragment')
  })

  it('a body of 1.7 MB, whether its length is announced or not', async () => {
    const body = JSON.stringify({ query: `{ ${'...f '.repeat(440_000)} } fragment f on Query { __typename }` })
    const headers = { 'content-type': 'application/json' }
    for (const sent of [body, new Blob([body]).stream()]) {
      const streamed = typeof sent !== 'string' && { duplex: 'half' as const }
      const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: sent, ...streamed })
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_TOO_LARGE' } }] })
    }
  })

  it('a long text in a multipart request, whose limit is that of files', async () => {
    const form = new FormData()
    form.append('operations', JSON.stringify({ query: `{ ${'...f '.repeat(150_000)} }` }))
    form.append('map', '{}')
    const headers = { 'x-graphql-yoga-csrf': '1' }
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: form })
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] })
  })

  it('many operations in one request', async () => {
    const { status, errors } = await ask([{ query: '{ __typename }' }, { query: '{ __typename }' }])
    expect(status).toBe(400)
    expect(errors?.[0]?.message).toContain('Batching')
  })

  const costs = (query: string) => (query.includes('f40') ? { cost: expect.any(Object) } : {})
  it.each(cases.slice(1, 6))('over WebSocket too: %s, and the socket stays open', async (_what, query, sentence) => {
    const client = createWebSocketClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
    })
    await expect(client.iterate({ query }).next()).rejects.toEqual([
      {
        message: expect.stringContaining(sentence),
        extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false, ...costs(query) },
      },
    ])
    const { value } = await client.iterate({ query: '{ __typename }' }).next()
    expect(value).toMatchObject({ data: { __typename: 'Query' } })
    await client.dispose()
  })
})

describe('what is let in', () => {
  it('is told what it costs', async () => {
    const { extensions } = await ask('{ images(first: 3) { totalCount nodes { id } } }')
    expect(extensions).toEqual({ cost: { requested: 2 + 3 * 2, maximum: queryLimits.cost } })
  })

  it('is the question of GraphiQL for the whole schema', async () => {
    const all = { inputValueDeprecation: true, experimentalDirectiveDeprecation: true, schemaDescription: true }
    const others = { specifiedByUrl: true, directiveIsRepeatable: true, oneOf: true }
    const { status, data, errors } = await ask(getIntrospectionQuery({ ...all, ...others }))
    expect([status, errors]).toEqual([200, undefined])
    expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } })
  })

  it('is everything on the pages of the documentation and in the tabs of GraphiQL', async () => {
    const tabs = graphiqlOptions(app.url).defaultTabs?.map(({ query }) => query ?? '') ?? []
    const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
    const operations = [...tabs, ...graphqlIn(page)]
    expect(operations.length).toBeGreaterThan(20)
    // each is refused for its variables or its name at most
    for (const query of operations) {
      const { errors } = await ask({ query, operationName: 'None' })
      expect(errors?.[0]?.extensions?.code, query).not.toBe('QUERY_TOO_COMPLEX')
    }
  })
})
