import { once } from 'node:events'
import type { OutgoingHttpHeaders } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { createTestApp, type TestApp } from '../support/app.ts'
import { post } from '../support/client.ts'
import { databaseId } from '../support/control.ts'
import { eventually } from '../support/eventually.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'
import { createLogLines, type LogLine } from '../support/log-lines.ts'
import { rawRequest } from '../support/raw-request.ts'
import { firstError, overSse, overWebSocket } from '../support/subscribe.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const levels = { debug: 20, info: 30, warn: 40, error: 50 }

let app: TestApp
let said: ReturnType<typeof createLogLines>
beforeAll(async () => {
  said = createLogLines()
  app = await createTestApp({ log: said.log })
})
afterAll(() => app[Symbol.asyncDispose]())

async function ask(path: string, headers: OutgoingHttpHeaders = {}): Promise<{ status: number; id: string }> {
  const answer = await rawRequest(app.url, path, { headers })
  return { status: answer.status, id: String(answer.headers['x-request-id']) }
}

const lineOf = (id: string): Promise<LogLine> =>
  eventually(`the request ${id} is logged`, () =>
    said.lines().find(({ requestId, status }) => requestId === id && status !== undefined),
  )

describe('the id of a request', () => {
  it.each([
    ['/health', 200, 'debug'],
    ['/graphql', 403, 'info'],
    ['/media/images/none.webp', 404, 'info'],
    ['/uploads/none', 405, 'info'],
    ['/images/status/none', 404, 'info'],
    ['/nothing?token=abc', 404, 'info'],
    ['//', 400, 'info'],
  ] as const)('is answered and logged once, with what became of %s', async (path, status, level) => {
    const answer = await ask(path)
    expect(answer.status).toBe(status)
    expect(answer.id).toMatch(uuid)
    const line = await lineOf(answer.id)
    expect(line).toMatchObject({ status, level: levels[level], method: 'GET' })
    expect(line.path).toBe(path === '//' ? null : path.split('?')[0])
    expect(said.lines().filter(({ requestId }) => requestId === answer.id)).toHaveLength(1)
  })

  it('is that of a refused request too', async () => {
    const answer = await ask('/health', { host: 'attacker.example' })
    expect(answer.status).toBe(403)
    expect(await lineOf(answer.id)).toMatchObject({ status: 403, level: levels.info })
  })

  it('is taken over where it is harmless, and else replaced', async () => {
    for (const id of ['abc-123', 'Root.1.x:y_z', 'x'.repeat(100)]) {
      expect((await ask('/health', { 'x-request-id': id })).id).toBe(id)
    }
    for (const id of ['', 'x'.repeat(101), 'two words', '{"a":1}', 'é']) {
      expect((await ask('/health', { 'x-request-id': id })).id).toMatch(uuid)
    }
    expect((await ask('/health', { 'x-request-id': ['one', 'two'] })).id).toMatch(uuid)
  })

  it('comes with the answer that opens a socket', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-request-id': 'socket-1' },
    })
    const [{ headers }] = await once(socket, 'upgrade')
    expect(headers['x-request-id']).toBe('socket-1')
    expect(said.lines()).toContainEqual(expect.objectContaining({ requestId: 'socket-1', msg: 'a socket was opened' }))
    socket.terminate()
  })
})

describe('the ids of a run and a task', () => {
  it('are in every line about the task', async () => {
    const { run } = await app.process(await damagedJpeg(), { recipes: ['presets'] })
    const fine = await app.process(await jpeg(), { recipes: ['presets'] })
    for (const [{ id }, msg, level] of [
      [run, 'a task failed', levels.warn],
      [fine.run, 'a task succeeded', levels.debug],
    ] as const) {
      const task = await app.db.task.findFirstOrThrow({ where: { runId: databaseId(id) } })
      const line = said.lines().find(({ taskId }) => taskId === task.id)
      expect(line).toMatchObject({ runId: task.runId, msg, level })
    }
    for (const line of said.lines().filter(({ msg }) => /\btask\b/.test(msg))) {
      expect([typeof line.runId, typeof line.taskId]).toEqual(['string', 'string'])
    }
  })
})

describe('an error that nobody foresaw', () => {
  afterEach(() => app.db.$executeRawUnsafe('ALTER TABLE "Elsewhere" RENAME TO "Artist"'))

  const query = '{ artists { totalCount } }'
  const breakIt = () => app.db.$executeRawUnsafe('ALTER TABLE "Artist" RENAME TO "Elsewhere"')

  function expectMasked(error: unknown, id: unknown): void {
    expect(error).toMatchObject({ message: 'Unexpected error.' })
    // Yoga takes away the mark over HTTP, not over a WebSocket
    expect({ unexpected: true, ...(error as { extensions: object }).extensions }).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      unexpected: true,
      requestId: id,
    })
    const line = said.lines().find(({ requestId, err }) => requestId === id && err)
    expect(line).toMatchObject({ level: levels.error, err: { message: expect.stringContaining('Artist') } })
  }

  it.each(['production', 'development'])(
    'names its request to who asked, and nothing else (NODE_ENV=%s)',
    async (env) => {
      vi.stubEnv('NODE_ENV', env)
      await breakIt()
      const { headers, errors } = await post(app.url, query, { 'x-request-id': `quote-me-${env}` })
      expect(headers.get('x-request-id')).toBe(`quote-me-${env}`)
      expectMasked(errors?.[0], `quote-me-${env}`)
    },
  )

  it.each([
    ['a WebSocket', overWebSocket],
    ['SSE', overSse],
  ])('does so over %s', async (_name, subscribe) => {
    await breakIt()
    await using watching = subscribe(app.url, { query })
    const error = (await firstError(watching)) as { extensions?: { requestId?: string } }
    expect(error.extensions?.requestId).toMatch(uuid)
    expectMasked(error, error.extensions?.requestId)
  })
})
