import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp } from '../support/app.ts'
import { bearer, post } from '../support/client.ts'
import { databaseId, tell as tellApp } from '../support/control.ts'
import { jpeg } from '../support/images.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

const asked = 'startedBy pausedAt pausedBy cancelledBy requestId'

describe('a run', () => {
  let service: AppWithTokens
  beforeAll(async () => {
    service = await createAppWithTokens({ CONCURRENCY: '0' })
  })
  afterAll(() => service[Symbol.asyncDispose]())

  /** As one of the tokens, in a request of that id. */
  const as = (role: 'editor' | 'admin', requestId: string) => ({
    async gql<T>(query: string, variables?: Record<string, unknown>): Promise<T> {
      const { app, tokens } = service
      const headers = { ...bearer(tokens.of[role]), 'x-request-id': requestId }
      const { data, errors } = await post<T>(app.url, { query, ...(variables && { variables }) }, headers)
      expect(errors).toBeUndefined()
      return data
    },
  })

  const read = async (id: string) =>
    (await as('editor', 'looks').gql<{ run: object }>(`{ run(id: "${id}") { ${asked} } }`)).run

  async function begin(): Promise<string> {
    const input = { urls: ['https://images.example/a.jpg'], artistName: 'Carl Cox' }
    const query = `mutation ($input: ImportImagesInput!) { importImages(input: $input) {
      ... on StartRunPayload { run { id } } } }`
    return (await as('editor', 'begin-1').gql<{ importImages: { run: { id: string } } }>(query, { input })).importImages
      .run.id
  }

  it('tells who has begun it, and in which request', async () => {
    expect(await read(await begin())).toEqual({
      startedBy: "a test's editor",
      requestId: 'begin-1',
      pausedAt: null,
      pausedBy: null,
      cancelledBy: null,
    })
  })

  it('tells who has paused it until it goes on, and who has cancelled it', async () => {
    const id = await begin()
    await tellApp(as('admin', 'pause-1'), 'pauseRun', { id })
    // who comes second has changed nothing
    await tellApp(as('editor', 'pause-2'), 'pauseRun', { id })
    expect(await read(id)).toMatchObject({ pausedAt: expect.any(String), pausedBy: "a test's admin" })
    await tellApp(as('editor', 'resume-1'), 'resumeRun', { id })
    expect(await read(id)).toMatchObject({ pausedAt: null, pausedBy: null, cancelledBy: null })
    await tellApp(as('admin', 'pause-3'), 'pauseRun', { id })
    await tellApp(as('admin', 'cancel-1'), 'cancelRun', { id })
    expect(await read(id)).toMatchObject({ pausedBy: null, cancelledBy: "a test's admin", requestId: 'begin-1' })
  })

  it('of the older upload service tells it too', async () => {
    const { app, tokens } = service
    const headers = { ...bearer(tokens.of.admin), 'x-request-id': 'older-1' }
    const body = new FormData()
    body.append('file', new Blob([new Uint8Array(await jpeg())]), 'photo.jpg')
    await fetch(`${app.url}/images/upload`, { method: 'POST', headers, body })
    expect(await app.db.run.findFirst({ where: { requestId: 'older-1' } })).toMatchObject({
      kind: 'UPLOAD',
      startedBy: "a test's admin",
    })
  })
})

it('without tokens is nobody, but the request has an id', async () => {
  await using app = await createTestApp({ env: { CONCURRENCY: '0' } })
  const { run } = await app.upload(await jpeg())
  await tellApp(app, 'pauseRun', { id: run.id })
  const row = await app.db.run.findUnique({ where: { id: databaseId(run.id) } })
  expect(row).toMatchObject({ startedBy: null, pausedBy: null, requestId: expect.stringMatching(/^[\w-]{36}$/) })
})
