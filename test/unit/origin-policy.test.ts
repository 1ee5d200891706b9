import { describe, expect, it } from 'vitest'
import { refuseForeign } from '../../src/http/origin-policy.ts'

const refuse = (headers: Record<string, string>, method = 'GET', httpVersion = '1.1') =>
  refuseForeign({ method, headers, httpVersion }, 4000)

describe('without tokens', () => {
  it.each(['localhost:4000', '127.0.0.1:4000', '[::1]:4000'])('a request to %s is taken', (host) => {
    expect(refuse({ host })).toBeNull()
    expect(refuse({ host, origin: `http://${host}` })).toBeNull()
  })

  it.each([
    ['DNS rebinding', { host: 'attacker.example:4000' }],
    ['another port', { host: 'localhost:5000' }],
    ['no port', { host: 'localhost' }],
    ['no host', {}],
    ['a page of another site', { host: 'localhost:4000', origin: 'https://attacker.example' }],
    ['a page of another port', { host: 'localhost:4000', origin: 'http://localhost:3000' }],
    ['a sandboxed page', { host: 'localhost:4000', origin: 'null' }],
    ['a proxy', { host: 'localhost:4000', 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy that only says what it is', { host: 'localhost:4000', via: '1.1 proxy' }],
    ['a proxy in the standard way', { host: 'localhost:4000', forwarded: 'for=203.0.113.7' }],
    ['a proxy with a header of its own', { host: 'localhost:4000', 'true-client-ip': '203.0.113.7' }],
  ])('%s is refused, with the reason', (_what, headers) => {
    expect(refuse(headers)).toMatch(/\.$/)
  })

  it('nginx is refused as it comes, which tells nothing but its version of HTTP', () => {
    expect(refuse({ host: '127.0.0.1:4000' }, 'GET', '1.0')).toContain('HTTP/1.0')
  })

  it.each(['cross-site', 'same-site'])('a form of a %s page is refused that comes without an Origin', (site) => {
    const headers = { host: 'localhost:4000', 'sec-fetch-site': site }
    for (const method of ['POST', 'PUT', 'DELETE']) expect(refuse(headers, method)).toMatch(/\.$/)
    // a link is no harm
    for (const method of ['GET', 'HEAD']) expect(refuse(headers, method)).toBeNull()
  })

  it.each(['same-origin', 'none'])('a POST that the browser calls %s is taken', (site) => {
    expect(refuse({ host: 'localhost:4000', 'sec-fetch-site': site }, 'POST')).toBeNull()
  })
})
