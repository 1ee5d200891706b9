import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp } from '../support/app.ts'
import { bearer, codesOf, post } from '../support/client.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

const perMinute = { MUTATIONS_PER_MINUTE: '3', UPLOADS_PER_MINUTE: '5', QUERY_COST_PER_MINUTE: '9000' }

/** Changes nothing. */
const change = 'setConcurrency(input: { concurrency: 0 }) { __typename }'
const file = '{ filename: "a.jpg", byteSize: 10, mimeType: "image/jpeg" }'

let service: AppWithTokens
beforeAll(async () => {
  service = await createAppWithTokens({ ...perMinute, CONCURRENCY: '0' })
})
afterAll(() => service[Symbol.asyncDispose]())

/** One who asks with a token of its own. */
async function createAsker() {
  const headers = bearer(await service.newToken('admin'))
  return (query: string, variables = {}) => post(service.app.url, { query, variables }, headers)
}

describe('mutations a minute', () => {
  it('are counted for each token, and refused with a time', async () => {
    const [ask, other] = [await createAsker(), await createAsker()]
    for (let count = 0; count < 3; count += 1) expect((await ask(`mutation { ${change} }`)).errors).toBeUndefined()
    const { status, headers, errors } = await ask(`mutation { ${change} }`)
    const retryAfter = Number(headers.get('retry-after'))
    expect([status, retryAfter > 0]).toEqual([429, true])
    expect(errors?.[0]).toMatchObject({
      message: `You may have 3 mutations a minute; try again in ${retryAfter} s.`,
      extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: retryAfter },
    })
    expect((await other(`mutation { ${change} }`)).errors).toBeUndefined()
    expect((await ask('{ __typename }')).errors).toBeUndefined()
  })

  it('are each field of an operation, those of fragments too', async () => {
    const ask = await createAsker()
    const three = `mutation { a: ${change} ...f ... { b: ${change} } } fragment f on Mutation { c: ${change} }`
    expect((await ask(three)).errors).toBeUndefined()
    expect((await ask(`mutation { ${change} }`)).status).toBe(429)
  })

  it('have no limit where there are no tokens', async () => {
    await using app = await createTestApp({ env: { ...perMinute, CONCURRENCY: '0' } })
    for (let count = 0; count < 8; count += 1) {
      expect((await app.ask(`mutation { ${change} }`)).errors).toBeUndefined()
    }
  })
})

it('what is asked in a minute is counted by its cost for each token, subscriptions too', async () => {
  const [ask, other] = [await createAsker(), await createAsker()]
  const question = '{ __schema { types { name } } }'
  for (let count = 0; count < 2; count += 1) expect((await ask(question)).errors).toBeUndefined()
  const { status, headers, errors } = await ask(question)
  const retryAfter = Number(headers.get('retry-after'))
  expect([status, retryAfter > 0]).toEqual([429, true])
  expect(errors?.[0]).toMatchObject({
    message: `You may have 9000 fields a minute; try again in ${retryAfter} s.`,
    extensions: { code: 'RATE_LIMITED', retryable: true },
  })
  expect(codesOf(await ask('subscription { imageUpdated { id } }'))).toEqual(['RATE_LIMITED'])
  expect((await other(question)).errors).toBeUndefined()
})

describe('files a minute', () => {
  it('are those that are sent and those that are announced', async () => {
    const announce = 'mutation ($input: CreateUploadsInput!) { createUploads(input: $input) { __typename } }'
    const files = Array.from({ length: 4 }, () => ({ filename: 'a.jpg', byteSize: 10, mimeType: 'image/jpeg' }))
    const ask = await createAsker()
    expect((await ask(`mutation { createUploads(input: { files: [${file}] }) { __typename } }`)).errors).toBeUndefined()
    expect((await ask(announce, { input: { files } })).errors).toBeUndefined()
    expect((await ask(announce, { input: { files } })).errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^You may have 5 uploads a minute/),
      extensions: { code: 'RATE_LIMITED' },
    })
  })

  it('are counted in what a variable is by default too', async () => {
    const ask = await createAsker()
    const six = `mutation ($input: CreateUploadsInput! = { files: [${Array(6).fill(file)}] }) {
      createUploads(input: $input) { __typename }
    }`
    expect((await ask(six)).status).toBe(429)
    const other = await createAsker()
    const input = { files: [{ filename: 'a.jpg', byteSize: 10, mimeType: 'image/jpeg' }] }
    expect((await other(six, { input })).errors).toBeUndefined()
  })

  it('are those of the older upload route too', async () => {
    const headers = bearer(await service.newToken('admin'))
    const send = () => fetch(`${service.app.url}/images/upload`, { method: 'POST', headers, body: new FormData() })
    for (let count = 0; count < 5; count += 1) expect((await send()).status).toBe(422)
    const refused = await send()
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect(await refused.json()).toEqual({ detail: expect.stringContaining('uploads a minute') })
    const asked = await fetch(`${service.app.url}/images/status/none`, { headers })
    expect([asked.status, await asked.json()]).toEqual([404, { detail: 'Job not found' }])
  })
})
