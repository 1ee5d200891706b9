import { createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { saying, startFailingD1 } from '../support/d1-errors.ts'

// https://developers.cloudflare.com/d1/observability/debug-d1/, and what the engine says itself
describe('what may pass', () => {
  it.each([
    ['D1 DB reset because its code was updated.', 'D1 is restarting the database.'],
    ['Internal error while starting up D1 DB storage caused object to be reset.', 'restarting the database'],
    ['Internal error in D1 DB storage caused object to be reset; reference = a1b2', 'restarting the database'],
    ['Internal error in Durable Object storage caused object to be reset.', 'restarting the database'],
    ['Network connection lost.', 'lost its own connection'],
    ['Replica disconnected from primary.', 'lost its own connection'],
    ['Cannot resolve D1 DB due to transient issue on remote node.', 'lost its own connection'],
    ["Can't read from request stream because client disconnected.", 'lost its own connection'],
    ['D1 DB storage operation exceeded timeout which caused object to be reset.', 'took longer than D1 allows'],
    ['D1 DB is overloaded. Requests queued for too long.', 'more requests waiting'],
    ['D1 DB is overloaded. Too many requests queued.', 'more requests waiting'],
    ['D1 DB exceeded its CPU time limit and was reset.', 'more memory or computing'],
    ["D1 DB's isolate exceeded its memory limit and was reset.", 'more memory or computing'],
    ['Currently processing a long-running export.', 'being exported'],
    ['internal error; reference = 0123456789abcdef', 'a fault of its own'],
    ['no such table: events: SQLITE_ERROR', 'is gone or has lost a column'],
    ['no such column: revision at offset 7: SQLITE_ERROR', 'is gone or has lost a column'],
    ['table events has no column named revision: SQLITE_ERROR', 'is gone or has lost a column'],
    ['D1_COLUMN_NOTFOUND: Column not found.', 'is gone or has lost a column'],
  ])('is what D1 calls "%s"', async (message, sentence) => {
    const { errorAfter } = await startFailingD1()
    for (const words of [message, `D1_ERROR: ${message}`]) {
      const error = await errorAfter(saying(words, 500))
      expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', retryable: true, status: 500 })
      expect(error.message).toContain(sentence)
      expect(error.retryAfterSeconds).toBeUndefined()
    }
  })

  it('is an error that nobody has heard of, in its own words', async () => {
    const { errorAfter } = await startFailingD1()
    expect(await errorAfter(saying('The flux is low.'))).toMatchObject({
      code: 'D1_UNAVAILABLE',
      status: 400,
      message: 'D1 gave an error that we do not know. (The flux is low.)',
    })
    const { message } = await errorAfter(saying(`${'long '.repeat(100)}end`))
    expect(message.length).toBeLessThan(300)
  })

  it.each(['read', 'write'])('is the end of the daily allowance to %s, with an hour to wait', async (right) => {
    const { errorAfter } = await startFailingD1()
    const message = `Your account has exceeded D1's free tier daily row ${right} limit. Upgrade to a paid plan.`
    const error = await errorAfter(saying(message))
    expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', retryAfterSeconds: 3_600 })
    expect(error.message).toContain('midnight UTC')
  })

  it.each([500, 502, 503, 504, 520, 522, 524, 530])('is an answer %i in HTML', async (status) => {
    const { errorAfter } = await startFailingD1()
    const error = await errorAfter({ status, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' })
    expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', status, message: 'Cloudflare has a fault of its own.' })
  })

  it.each([
    ['17', 17],
    ['0.2', 1],
    [undefined, undefined],
    ['soon', undefined],
  ])('is an answer 429 with Retry-After: %s', async (header, seconds) => {
    const { errorAfter } = await startFailingD1()
    const headers: Record<string, string> = header ? { 'retry-after': header } : {}
    const body = { code: 971, message: 'Please wait and consider throttling your request speed' }
    const error = await errorAfter({ status: 429, headers, body })
    expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', status: 429 })
    expect(error.message).toBe('Cloudflare asks for fewer requests.')
    expect(error.retryAfterSeconds).toBe(seconds)
  })

  it('is an answer 503 with Retry-After, without a word of the API', async () => {
    const { errorAfter } = await startFailingD1()
    const error = await errorAfter({ status: 503, headers: { 'retry-after': '30' }, body: '' })
    expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', retryAfterSeconds: 30 })
  })

  const empty = { success: true, errors: [], messages: [] }
  it.each([
    ['a page', 200, '<html>Welcome</html>'],
    ['nothing', 200, ''],
    ['half of an answer', 200, '{"success":true,"result":[{"resu'],
    ['other JSON', 200, '{"ok":true}'],
    ['no result', 200, JSON.stringify({ ...empty, result: [] })],
    ['a result without columns', 200, JSON.stringify({ ...empty, result: [{ results: [{ name: 'id' }] }] })],
    ['a page that is not there', 404, 'Not Found'],
    ['a redirect', 302, ''],
  ])('is %s in place of an answer', async (_what, status, body) => {
    const { server, errorAfter } = await startFailingD1()
    const error = await errorAfter({ status, headers: { location: `${server.access.baseUrl}/login` }, body })
    expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', status })
    expect(error.message).toBe('What answered is not the Cloudflare API; check D1_BASE_URL.')
    expect(server.log).toHaveLength(1)
  })

  it.each(['reset', 'cut'] as const)('is a connection that is broken off (%s)', async (fault) => {
    const { errorAfter } = await startFailingD1()
    expect(await errorAfter(fault)).toMatchObject({
      code: 'D1_UNAVAILABLE',
      status: null,
      message: 'The connection to Cloudflare broke.',
    })
  })

  it('is no answer within the time limit', async () => {
    const { errorAfter } = await startFailingD1()
    const begun = Date.now()
    const error = await errorAfter('stall', { timeoutMs: 200 })
    expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', message: 'Cloudflare did not answer in time.' })
    expect(Date.now() - begun).toBeLessThan(5_000)
  })

  it('is nobody at the address', async () => {
    const { errorAt } = await startFailingD1()
    const closed = createServer()
    const port = await new Promise((resolve) => {
      closed.listen(0, '127.0.0.1', () => resolve((closed.address() as { port: number }).port))
    })
    await new Promise((resolve) => closed.close(resolve))
    expect(await errorAt({ baseUrl: `http://127.0.0.1:${port}` })).toMatchObject({
      code: 'D1_UNAVAILABLE',
      message: expect.stringContaining('Nothing answers at the address of the Cloudflare API'),
    })
  })

  it('is an address that cannot be found', async () => {
    const { errorAt } = await startFailingD1()
    expect(await errorAt({ baseUrl: 'http://nowhere.invalid' })).toMatchObject({
      code: 'D1_UNAVAILABLE',
      message: expect.stringContaining('address of the Cloudflare API cannot be found'),
    })
  })
})

it('shows neither the token nor the address in an error, keeps its cause, and prints nothing', async () => {
  const { errorAfter } = await startFailingD1()
  const prints = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name))
  const faults = ['reset', 'stall', saying('Network connection lost.'), { status: 502, body: 'Bad' }] as const
  for (const fault of faults) {
    const error = await errorAfter(fault, { timeoutMs: 200 })
    expect(error.cause).toBeInstanceOf(Error)
    const text = [error.message, String(error.cause), JSON.stringify(error)].join(' ')
    expect(text).not.toMatch(/d1-secret-token|127\.0\.0\.1|Bearer|Somebody/)
  }
  for (const print of prints) expect(print).not.toHaveBeenCalled()
})
