import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp } from '../support/app.ts'
import { type AppWithTokens, bearer, createAppWithTokens } from '../support/tokens.ts'

const perMinute = { MUTATIONS_PER_MINUTE: '3', UPLOADS_PER_MINUTE: '5', QUERY_COST_PER_MINUTE: '9000' }

/** Changes nothing. */
const change = 'setConcurrency(input: { concurrency: 0 }) { __typename }'
const file = '{ filename: "a.jpg", byteSize: 10, mimeType: "image/jpeg" }'

let service: AppWithTokens
beforeAll(async () => {
  service = await createAppWithTokens({ ...perMinute, CONCURRENCY: '0' })
})
afterAll(() => service[Symbol.asyncDispose]())

/** The header of a new token, which the service knows within a second. */
async function newToken() {
  const headers = bearer(await service.tokens.add('admin'))
  await expect.poll(async () => (await fetch(`${service.app.url}/session`, { headers })).status).toBe(200)
  return headers
}

/** One who asks with a token of its own. */
async function createAsker() {
  const headers = { 'content-type': 'application/json', ...(await newToken()) }
  return async (query: string, variables = {}) => {
    const body = JSON.stringify({ query, variables })
    const response = await fetch(`${service.app.url}/graphql`, { method: 'POST', headers, body })
    const { errors } = (await response.json()) as { errors?: { message: string; extensions: { code: string } }[] }
    return { status: response.status, retryAfter: response.headers.get('retry-after'), error: errors?.[0] }
  }
}

describe('mutations a minute', () => {
  it('are counted for each token, and refused with a time', async () => {
    const [ask, other] = [await createAsker(), await createAsker()]
    for (let count = 0; count < 3; count += 1) expect((await ask(`mutation { ${change} }`)).error).toBeUndefined()
    const { status, retryAfter, error } = await ask(`mutation { ${change} }`)
    expect([status, Number(retryAfter)]).toEqual([429, expect.any(Number)])
    expect(error).toMatchObject({
      message: `You may have 3 mutations a minute; try again in ${retryAfter} s.`,
      extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: Number(retryAfter) },
    })
    expect((await other(`mutation { ${change} }`)).error).toBeUndefined()
    expect((await ask('{ __typename }')).error).toBeUndefined()
  })

  it('are each field of an operation, those of fragments too', async () => {
    const ask = await createAsker()
    const three = `mutation { a: ${change} ...f ... { b: ${change} } } fragment f on Mutation { c: ${change} }`
    expect((await ask(three)).error).toBeUndefined()
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
  for (let count = 0; count < 2; count += 1) expect((await ask(question)).error).toBeUndefined()
  const { status, retryAfter, error } = await ask(question)
  expect([status, Number(retryAfter)]).toEqual([429, expect.any(Number)])
  expect(error).toMatchObject({
    message: `You may have 9000 fields a minute; try again in ${retryAfter} s.`,
    extensions: { code: 'RATE_LIMITED', retryable: true },
  })
  expect((await ask('subscription { imageUpdated { id } }')).error?.extensions.code).toBe('RATE_LIMITED')
  expect((await other(question)).error).toBeUndefined()
})

describe('files a minute', () => {
  it('are those that are sent and those that are announced', async () => {
    const announce = 'mutation ($input: CreateUploadsInput!) { createUploads(input: $input) { __typename } }'
    const files = Array.from({ length: 4 }, () => ({ filename: 'a.jpg', byteSize: 10, mimeType: 'image/jpeg' }))
    const ask = await createAsker()
    expect((await ask(`mutation { createUploads(input: { files: [${file}] }) { __typename } }`)).error).toBeUndefined()
    expect((await ask(announce, { input: { files } })).error).toBeUndefined()
    expect((await ask(announce, { input: { files } })).error).toMatchObject({
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
    expect((await other(six, { input })).error).toBeUndefined()
  })

  it('are those of the older upload route too', async () => {
    const headers = await newToken()
    const send = () => fetch(`${service.app.url}/images/upload`, { method: 'POST', headers, body: new FormData() })
    for (let count = 0; count < 5; count += 1) expect((await send()).status).toBe(422)
    const refused = await send()
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect(await refused.json()).toEqual({ detail: expect.stringContaining('uploads a minute') })
    expect((await fetch(`${service.app.url}/images/jobs/none`, { headers })).status).toBe(404)
  })
})
