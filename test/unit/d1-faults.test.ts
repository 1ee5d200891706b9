import { expect, it } from 'vitest'
import { D1UnavailableError } from '../../src/d1-errors.ts'
import { classifyD1Error, D1AnswerError, D1ConnectionError } from '../../src/services/d1/d1-faults.ts'

/** As fetch throws it: the code lies one deeper. */
const broken = (code: string) =>
  new D1ConnectionError('broken', {
    cause: new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }),
  })

it.each([
  ['ENOTFOUND', 'cannot be found'],
  ['EAI_AGAIN', 'cannot be found'],
  ['ECONNREFUSED', 'Nothing answers'],
  ['EHOSTUNREACH', 'Nothing answers'],
  ['ENETUNREACH', 'Nothing answers'],
  ['UND_ERR_CONNECT_TIMEOUT', 'Nothing answers'],
  ['ECONNRESET', 'connection to Cloudflare broke'],
  ['EPIPE', 'connection to Cloudflare broke'],
  ['UND_ERR_SOCKET', 'connection to Cloudflare broke'],
  ['ETIMEDOUT', 'did not answer in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'did not answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'did not answer in time'],
  ['EPROTO', 'no safe connection'],
  ['UNHEARD_OF', 'not the Cloudflare API'],
])('takes %s for what may pass', (code, sentence) => {
  const { error } = classifyD1Error(broken(code))
  expect(error).toMatchObject({ code: 'D1_UNAVAILABLE', message: expect.stringContaining(sentence) })
})

it.each([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('takes %s for what somebody has to mend', (code) => {
  const { error } = classifyD1Error(broken(code))
  expect(error).toMatchObject({ code: 'D1_REFUSED', message: expect.stringContaining('certificate behind it') })
})

it.each([
  ['SQLITE_FULL: database or disk is full', 'D1_UNAVAILABLE', 'the disk is full'],
  ["ENOSPC: no space left on device, mkdir '/data'", 'D1_UNAVAILABLE', 'the disk is full'],
  ['SQLITE_BUSY: database is locked', 'D1_UNAVAILABLE', 'Another process holds'],
  ['SQLITE_READONLY: attempt to write a readonly database', 'D1_UNAVAILABLE', 'cannot be opened or written'],
  ['SQLITE_IOERR: disk I/O error', 'D1_UNAVAILABLE', 'cannot be opened or written'],
  ["EACCES: permission denied, mkdir '/data'", 'D1_UNAVAILABLE', 'cannot be opened or written'],
  ['d1.db cannot be put in WAL mode (it is in delete)', 'D1_UNAVAILABLE', 'cannot be opened or written'],
  ['SQLITE_CORRUPT: database disk image is malformed', 'D1_REFUSED', 'damaged, or no database'],
])('tells of a file with "%s"', (message, code, sentence) => {
  for (const error of [new Error(message), asPrisma(message)]) {
    expect(classifyD1Error(error).error).toMatchObject({ code, message: expect.stringContaining(sentence) })
  }
})

/** Prisma's sentence is its own; that of the database is in it, further down. */
const asPrisma = (originalMessage: string) =>
  Object.assign(new Error('Raw query failed.'), { meta: { driverAdapterError: { cause: { originalMessage } } } })

it.each([401, 403, 404])('takes a page with status %i for that of another than Cloudflare', (status) => {
  const answerOf = (words: string | null) => new D1AnswerError({ status, codes: [], words, retryAfterMs: 0 })
  expect(classifyD1Error(answerOf(null)).error).toMatchObject({
    code: 'D1_UNAVAILABLE',
    message: expect.stringContaining('not the Cloudflare API'),
  })
  expect(classifyD1Error(answerOf('A reason of theirs')).error.code).toBe('D1_REFUSED')
})

it.each([undefined, null, 'text', {}])('takes %s, thrown, for what may pass', (thrown) => {
  expect(classifyD1Error(thrown).error).toBeInstanceOf(D1UnavailableError)
})
