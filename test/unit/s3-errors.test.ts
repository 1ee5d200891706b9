import { expect, it } from 'vitest'
import { classifyS3Error, DamagedObjectError, toStorageError } from '../../src/services/storage/s3-errors.ts'

/** An error as the S3 client throws it. */
function answered(httpStatusCode: number, name: string, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error('secret-key at /bucket/key'), {
    name,
    $metadata: { httpStatusCode },
    $response: { headers },
  })
}

const unanswered = (code: string, name = 'Error') => Object.assign(new Error('connect 10.0.0.1'), { name, code })

it.each([
  [404, 'NoSuchKey', 'not-found', false],
  [404, 'NotFound', 'not-found', false],
  [404, 'NoSuchBucket', 'no-bucket', false],
  [404, 'Error', 'invalid', false],
  [412, 'PreconditionFailed', 'exists', false],
  [409, 'ConditionalRequestConflict', 'conflict', true],
  [409, 'OperationAborted', 'conflict', true],
  [429, 'TooManyRequests', 'throttled', true],
  [503, 'SlowDown', 'throttled', true],
  [503, 'Unknown', 'throttled', true],
  [500, 'InternalError', 'unavailable', true],
  [502, 'Error', 'unavailable', true],
  [504, 'Unknown', 'unavailable', true],
  [400, 'RequestTimeout', 'unavailable', true],
  [400, 'BadDigest', 'unavailable', true],
  [400, 'XAmzContentSHA256Mismatch', 'unavailable', true],
  [400, 'IncompleteBody', 'unavailable', true],
  [200, 'SyntaxError', 'unavailable', true],
  [403, 'AccessDenied', 'denied', false],
  [403, 'Unknown', 'denied', false],
  [403, 'SignatureDoesNotMatch', 'denied', false],
  [403, 'InvalidAccessKeyId', 'denied', false],
  [401, 'Unauthorized', 'denied', false],
  [403, 'RequestTimeTooSkewed', 'clock', false],
  [301, 'PermanentRedirect', 'invalid', false],
  [307, 'TemporaryRedirect', 'unavailable', true],
  [400, 'AuthorizationHeaderMalformed', 'invalid', false],
  [400, 'InvalidRegionName', 'invalid', false],
  [400, 'InvalidBucketName', 'invalid', false],
  [400, 'InvalidArgument', 'invalid', false],
  [400, 'EntityTooLarge', 'invalid', false],
  [501, 'NotImplemented', 'invalid', false],
])('takes an answer %i %s for %s', (status, name, kind, retryable) => {
  expect(classifyS3Error(answered(status, name))).toMatchObject({ kind, status, retryable })
})

it.each([
  ['ECONNRESET', 'unavailable', true],
  ['ECONNREFUSED', 'unavailable', true],
  ['ENOTFOUND', 'unavailable', true],
  ['EAI_AGAIN', 'unavailable', true],
  ['EPIPE', 'unavailable', true],
  ['ETIMEDOUT', 'unavailable', true],
  ['ENOSPC', 'unavailable', true],
  ['UNHEARD_OF', 'unavailable', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'invalid', false],
  ['EPROTO', 'unavailable', true],
])('takes no answer and %s for %s', (code, kind, retryable) => {
  expect(classifyS3Error(unanswered(code))).toMatchObject({ kind, status: null, retryable })
})

it('takes a time limit that ran out, and bytes that are not those stored, for trouble that passes', () => {
  expect(classifyS3Error(new DOMException('', 'TimeoutError'))).toMatchObject({ kind: 'unavailable', retryable: true })
  expect(classifyS3Error(new DamagedObjectError('')).message).toMatch('damaged')
})

it('tells a storage that is away from one object in trouble', () => {
  const isOutage = (error: unknown) => toStorageError(classifyS3Error(error), error)
  for (const away of [
    answered(500, 'InternalError'),
    answered(502, 'Error'),
    answered(503, 'SlowDown'),
    answered(429, 'TooManyRequests'),
    unanswered('ECONNREFUSED'),
    unanswered('ECONNRESET'),
    unanswered('ENOTFOUND'),
    unanswered('EPROTO'),
    answered(307, 'TemporaryRedirect'),
    new DOMException('', 'TimeoutError'),
  ]) {
    expect(isOutage(away)).toMatchObject({ code: 'STORAGE_UNAVAILABLE', outage: true })
  }
  for (const alone of [
    new DamagedObjectError(''),
    answered(400, 'BadDigest'),
    answered(409, 'OperationAborted'),
    answered(200, 'SyntaxError'),
    unanswered('ENOSPC'),
    unanswered('UNHEARD_OF'),
  ]) {
    expect(isOutage(alone)).toMatchObject({ code: 'STORAGE_UNAVAILABLE', outage: false })
  }
})

it('tries again when the client has taken over the clock of the storage', () => {
  const skewed = answered(403, 'RequestTimeTooSkewed')
  expect(classifyS3Error(skewed).retryable).toBe(false)
  Object.assign(skewed, { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } })
  expect(classifyS3Error(skewed).retryable).toBe(true)
})

it('reads Retry-After as seconds or as a date', () => {
  const wait = (value: string) => classifyS3Error(answered(429, 'SlowDown', { 'retry-after': value })).retryAfterMs
  expect(wait('7')).toBe(7_000)
  expect(Math.abs(wait(new Date(Date.now() + 60_000).toUTCString()) - 60_000)).toBeLessThan(2_000)
  expect(wait(new Date(0).toUTCString())).toBe(0)
  expect(wait('soon')).toBe(0)
  expect(wait('31536000')).toBe(3_600_000)
})

it.each([
  ['SignatureDoesNotMatch', 403, 'S3_SECRET_ACCESS_KEY'],
  ['InvalidAccessKeyId', 403, 'S3_ACCESS_KEY_ID'],
  ['AccessDenied', 403, 'may not list'],
  ['NoSuchBucket', 404, 'STORAGE_URL'],
  ['AuthorizationHeaderMalformed', 400, 'S3_REGION'],
  ['PermanentRedirect', 301, 'S3_ENDPOINT'],
  ['RequestTimeTooSkewed', 403, 'clock'],
  ['NotImplemented', 501, 'ACL'],
])('says of %s what to look at, and nothing that is secret', (name, status, hint) => {
  const cause = answered(status, name)
  const error = toStorageError(classifyS3Error(cause), cause)
  expect(error).toMatchObject({ code: 'STORAGE_NOT_CONFIGURED', retryable: false, cause })
  expect(error.message).toMatch(/^[A-Z].*\.$/)
  expect(error.message).toContain(hint)
  expect(error.message).not.toMatch(/secret-key|bucket\/key/)
})

it('passes on how long the storage asks to be left alone', () => {
  const cause = answered(503, 'SlowDown', { 'retry-after': '120' })
  expect(toStorageError(classifyS3Error(cause), cause)).toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    retryAfterMs: 120_000,
  })
})
