import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { bearer } from '../support/client.ts'
import { jpeg } from '../support/images.ts'
import { createOlderUploadClient, form } from '../support/older-upload.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

let local: TestApp
let service: AppWithTokens
const resources = new AsyncDisposableStack()
beforeAll(async () => {
  const env = { CONCURRENCY: '0' }
  local = resources.use(await createTestApp({ env }))
  service = resources.use(await createAppWithTokens(env))
})
afterAll(() => resources.disposeAsync())

const mutation = 'mutation { upsertArtist(input: { name: "Somebody" }) { __typename } }'
const inAddress = `?query=${encodeURIComponent(mutation)}`

describe('what a page of another site can send by a form or a link changes nothing, even where its browser hides that', () => {
  it.each<[string, string, RequestInit]>([
    ['of fields', '', { method: 'POST', body: new URLSearchParams({ query: mutation }) }],
    [
      'of text that looks like JSON',
      '',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ query: mutation }) },
    ],
    ['of bytes without a type', inAddress, { method: 'POST', body: new Uint8Array([1]) }],
    ['of nothing', inAddress, { method: 'POST' }],
    ['that is a link', inAddress, {}],
  ])('%s', async (_what, search, init) => {
    const response = await fetch(`${local.url}/graphql${search}`, init)
    expect([response.status, await response.json()]).toEqual([
      403,
      { errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'FORBIDDEN' }) })] },
    ])
    expect(await local.db.artist.count()).toBe(0)
  })

  it('but what says that it is JSON, which no form can', async () => {
    const { data } = await local.gql<object>(mutation).then((answer) => ({ data: answer }))
    expect(data).toEqual({ upsertArtist: { __typename: 'Artist' } })
    await local.db.artist.deleteMany()
  })
})

describe('a form to /images/upload', () => {
  it.each<[string, Record<string, string>]>([
    ['of another origin', { origin: 'https://attacker.example' }],
    ['of a page without one', { origin: 'null' }],
    ['whose browser tells only that it is of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s is refused while there are no tokens, and nothing is kept', async (_what, headers) => {
    const client = createOlderUploadClient(local)
    const before = await client.traces()
    expect((await client.post(form(await jpeg()), headers)).status).toBe(403)
    expect(await client.traces()).toEqual(before)
  })

  it('needs, with the cookie of a session, the header that no form can send', async () => {
    const { app, tokens } = service
    const client = createOlderUploadClient(app)
    const signedIn = await fetch(`${app.url}/session`, { method: 'POST', headers: bearer(tokens.of.editor) })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const before = await client.traces()
    expect((await client.post(form(await jpeg()), { cookie })).status).toBe(403)
    expect(await client.traces()).toEqual(before)
    expect((await client.post(form(await jpeg()), { cookie, 'x-graphql-yoga-csrf': '1' })).status).toBe(200)
  })
})
