import { describe, expect, it } from 'vitest'
import { hideSecrets } from '../../src/log.ts'
import { createLogLines } from '../support/log-lines.ts'

const canary = 'c4n4ry-Secret-0123456789'
const ownToken = `grn_${'Ab-_9'.repeat(9).slice(0, 43)}`

describe('a line of the log', () => {
  it.each([
    ['an error', { err: Object.assign(new Error('no'), { request: { headers: { authorization: canary } } }) }],
    ['a request', { req: { headers: { cookie: canary, 'x-upload-token': canary } } }],
    ['a field of its own', { token: canary }],
    ['a list far down', { a: { b: { c: { d: [{ 'Set-Cookie': [canary], at: { SECRET: { of: canary } } }] } } } }],
    ['a client', { client: { config: { credentials: { secretAccessKey: canary } } } }],
    ['the beginning of a WebSocket', { connectionParams: { authorization: canary, any: canary } }],
    ['other names for one', { D1_TOKEN: canary, apiKey: canary, authToken: canary }],
    ['a text of JSON', { body: JSON.stringify({ token: canary }) }],
    ['a text of JSON in another', { body: JSON.stringify({ of: JSON.stringify({ Password: `"${canary}"` }) }) }],
    ['a text with an object', { body: `it said ${JSON.stringify({ connectionParams: { any: [canary] } }, null, 2)}` }],
  ])('tells no secret that %s holds', (_what, fields) => {
    const { log, lines } = createLogLines()
    log.error(fields, 'it failed')
    const [line] = lines()
    expect(line?.msg).toBe('it failed')
    expect(JSON.stringify(line)).toContain('[redacted]')
    expect(JSON.stringify(line)).not.toContain(canary)
  })

  it.each([
    [
      `GET https://r2.example/b/k.webp?X-Amz-Signature=${canary}&x=1 failed`,
      'GET https://r2.example/b/k.webp?[redacted] failed',
    ],
    [`postgresql://greenroom:${canary}@db.example:5432/greenroom`, 'postgresql://[redacted]@db.example:5432/greenroom'],
    [`see <http://localhost:4000/x?token=${canary}>.`, 'see <http://localhost:4000/x?[redacted]>.'],
    [`it was sent Authorization: Bearer ${canary}`, 'it was sent Authorization: Bearer [redacted]'],
    [
      `postgresql://greenroom:pa?${canary}@db.example:5432/greenroom`,
      'postgresql://[redacted]@db.example:5432/greenroom',
    ],
    [`postgresql://greenroom:pa/x#${canary}@db.example/greenroom`, 'postgresql://[redacted]@db.example/greenroom'],
    [`is ${ownToken} a token?`, 'is [redacted] a token?'],
    ['GET http://localhost:4000/media/face@2x.webp failed', 'GET http://localhost:4000/media/face@2x.webp failed'],
    ['is http://localhost:4000/graphql there? yes', 'is http://localhost:4000/graphql there? yes'],
  ])('keeps of %s what is no secret', (told, kept) => {
    const { log, lines, text } = createLogLines()
    log.info(told)
    log.info({ url: told, deep: { list: [told] } }, 'a url')
    log.error({ err: new Error(told) }, 'an error')
    expect(lines()).toMatchObject([{ msg: kept }, { url: kept, deep: { list: [kept] } }, { err: { message: kept } }])
    expect(text()).not.toContain(canary)
    expect(text()).not.toContain(ownToken)
  })

  it('is looked through in no time, whatever somebody has made it of', () => {
    const since = process.cpuUsage()
    for (const part of [
      'a.',
      'a://',
      'http://a@',
      'http://?',
      '://@',
      '://a:b',
      '?',
      'bearer ',
      '\\',
      '\\"token\\":',
      'grn_',
    ]) {
      hideSecrets(part.repeat(1_000_000 / part.length))
    }
    // CPU, not time; what looks at each start anew takes minutes
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(5)
  })
})
