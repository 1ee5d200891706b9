import { describe, expect, it } from 'vitest'
import { SourceBlockedError, SourceUnavailableError } from '../../src/errors.ts'
import { parseRetryAfter } from '../../src/services/retry-after.ts'
import { networkError, statusError } from '../../src/services/sources/source-errors.ts'

const withCode = (code: string) => Object.assign(new Error('low-level words'), { code })

describe('trouble on the way to a host', () => {
  it.each([
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'UND_ERR_SOCKET',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'UND_ERR_HEADERS_OVERFLOW',
    'UND_ERR_DESTROYED',
    'HPE_INVALID_CONSTANT',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('may pass, and is told in a sentence: %s', (code) => {
    const cause = withCode(code)
    const error = networkError(cause, 'a.example')
    expect(error).toBeInstanceOf(SourceUnavailableError)
    expect(error).toMatchObject({ retryable: true, httpStatus: null, cause })
    expect((error as Error).message).toMatch(/^The host a\.example .+\.$/)
  })

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('stays when the certificate is wrong: %s', (code) => {
    expect(networkError(withCode(code), 'a.example')).toMatchObject({
      retryable: false,
      message: `The certificate of a.example is not valid (${code}).`,
    })
  })

  it('is what our own code said of it, however it was wrapped', () => {
    const ours = new SourceBlockedError('The host a.example is not public.')
    const wrapped = new AggregateError([withCode('ECONNREFUSED'), new Error('x', { cause: ours })], 'y')
    for (const error of [ours, new Error('x', { cause: ours }), wrapped]) {
      expect(networkError(error, 'a.example')).toBe(ours)
    }
  })

  it('is left as it is when it is a fault of ours', () => {
    for (const error of [new TypeError('x'), withCode('UND_ERR_INVALID_ARG'), withCode('ERR_INVALID_ARG_TYPE')]) {
      expect(networkError(error, 'a.example')).toBe(error)
    }
  })
})

describe('an answer', () => {
  it('without a name has its number', () => {
    expect(statusError(599).message).toBe('The source answered 599.')
  })

  it.each([
    [undefined, 0],
    ['0', 0],
    ['7', 7_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['-1', 0],
    ['1.5.', 0],
    ['', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('that says "Retry-After: %s" is not asked for again for %i ms', (header, ms) => {
    expect(parseRetryAfter(header)).toBe(ms)
  })
})
