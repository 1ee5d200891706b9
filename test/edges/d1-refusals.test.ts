import { describe, expect, it } from 'vitest'
import { saying, startFailingD1 } from '../support/d1-errors.ts'

// https://developers.cloudflare.com/d1/observability/debug-d1/, and what the engine says itself
describe('what somebody has to mend', () => {
  it.each([
    ['Exceeded maximum DB size.', 'as large as D1 allows'],
    ['database or disk is full: SQLITE_FULL', 'as large as D1 allows'],
    [
      "Your account has exceeded D1's maximum account storage limit, please contact Cloudflare to raise your limit.",
      'take all the storage it has',
    ],
    ['statement too long: SQLITE_TOOBIG', 'larger than D1 allows'],
    ['too many SQL variables at offset 1: SQLITE_ERROR', 'larger than D1 allows'],
    ['string or blob too big: SQLITE_TOOBIG', 'larger than D1 allows'],
    ["D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'", "(D1_TYPE_ERROR: Type 'undefined'"],
    ['datatype mismatch: SQLITE_MISMATCH', 'does not take a value of that type'],
    ['near "INSERTZ": syntax error at offset 0: SQLITE_ERROR', 'does not understand the statement. (near "INSERTZ"'],
    ['no such function: json_each: SQLITE_ERROR', 'does not understand the statement'],
    ['not authorized to use function: sqlite_version at offset 7: SQLITE_ERROR', 'does not understand the statement'],
    ['No SQL statements detected.', 'does not understand the statement'],
    ['Wrong number of parameter bindings for SQL query.', 'does not understand the statement'],
    ['D1_EXEC_ERROR: Error in line 1: x', 'does not understand the statement'],
    [
      'UNIQUE constraint failed: events.artist_slug: SQLITE_CONSTRAINT',
      '(UNIQUE constraint failed: events.artist_slug',
    ],
    ['NOT NULL constraint failed: events.venue_tag: SQLITE_CONSTRAINT', 'has a rule that a row breaks'],
    ['ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint: SQLITE_ERROR', 'is not unique'],
  ])('is what D1 calls "%s"', async (message, sentence) => {
    const { errorAfter } = await startFailingD1()
    const error = await errorAfter(saying(message))
    expect(error).toMatchObject({ code: 'D1_REFUSED', retryable: false, status: 400 })
    expect(error.message).toContain(sentence)
  })

  it.each([
    [400, 6003, 'Invalid request headers'],
    [400, 6111, 'Invalid format for Authorization header'],
    [401, 10000, 'Authentication error'],
    [403, 10000, 'Authentication error'],
    [403, 7403, 'The given account is not valid or is not authorized to access this service'],
    [403, 9109, 'Invalid access token'],
    [401, 1000, 'Invalid API Token'],
    [403, 0, 'A reason of theirs'],
  ])('is the token, at an answer %i with code %i', async (status, code, message) => {
    const { errorAfter } = await startFailingD1()
    const error = await errorAfter({ status, body: { code, message } })
    expect(error).toMatchObject({ code: 'D1_REFUSED', retryable: false, status })
    expect(error.message).toContain('the token is not valid for this database')
    expect(error.message).toContain('set D1_TOKEN')
  })

  it.each([
    [404, 7404, 'The database 0123 could not be found'],
    [404, 7003, 'Could not route to /accounts/x/d1/database/y/raw, perhaps your object identifier is invalid?'],
    [400, 7003, 'Could not route'],
    [404, 0, 'Not found'],
  ])('is the database, at an answer %i with code %i', async (status, code, message) => {
    const { errorAfter } = await startFailingD1()
    const error = await errorAfter({ status, body: { code, message } })
    expect(error).toMatchObject({ code: 'D1_REFUSED', retryable: false, status })
    expect(error.message).toBe('There is no such database; check D1_ACCOUNT_ID and D1_DATABASE_ID.')
  })

  it('is a request that is too large on its way', async () => {
    const { errorAfter } = await startFailingD1()
    const error = await errorAfter({ status: 413, body: '<h1>Payload too large</h1>' })
    expect(error).toMatchObject({ code: 'D1_REFUSED', status: 413 })
  })

  it.each([
    ['a wrong token', { token: 'another-token' }, 'set D1_TOKEN'],
    ['a wrong account', { accountId: 'f'.repeat(32) }, 'no such database'],
    ['a wrong database', { databaseId: 'ffffffff-0000-0000-0000-000000000000' }, 'no such database'],
  ])('is %s', async (_what, access, sentence) => {
    const { server, errorAt } = await startFailingD1()
    const error = await errorAt(access)
    expect(error).toMatchObject({ code: 'D1_REFUSED', message: expect.stringContaining(sentence) })
    expect(server.log).toHaveLength(1)
  })

  it('is an address that does not speak TLS safely', async () => {
    const { server, errorAt } = await startFailingD1()
    const error = await errorAt({ baseUrl: server.access.baseUrl.replace('http:', 'https:') })
    expect(error.message).toContain('There is no safe connection to Cloudflare')
  })
})
