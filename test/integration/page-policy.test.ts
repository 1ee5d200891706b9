import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'

describe('what browsers are told', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp({ env: { CONCURRENCY: '0' } })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('of GraphiQL: that its own script may run, by a nonce that is new each time, and no other', async () => {
    const nonces = []
    for (let count = 0; count < 2; count += 1) {
      const response = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html' } })
      const policy = response.headers.get('content-security-policy') ?? ''
      const [, nonce = ''] = /script-src 'nonce-([^']+)'/.exec(policy) ?? []
      nonces.push(nonce)
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy.match(/script-src [^;]*/)?.[0]).toBe(`script-src 'nonce-${nonce}'`)
      const text = await response.text()
      expect(text.split(`<script nonce="${nonce}">`)).toHaveLength(2)
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect(new Set(nonces).size).toBe(2)
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/)
  })

  it.each(['/graphql?query={__typename}', '/health', '/nothing', '/', '/media/x.webp'])(
    'of %s: that nothing in it runs, is guessed or framed',
    async (path) => {
      const { headers } = await fetch(`${app.url}${path}`, { redirect: 'manual' })
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    },
  )
})
