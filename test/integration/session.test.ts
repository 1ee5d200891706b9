import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createTestApp } from '../support/app.ts'
import { bearer, post } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { createLogLines } from '../support/log-lines.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

let service: AppWithTokens
let url: string
beforeAll(async () => {
  service = await createAppWithTokens({ TRUST_PROXY: 'true' })
  url = service.app.url
})
afterAll(() => service[Symbol.asyncDispose]())

const csrf = { 'x-graphql-yoga-csrf': '1' }
const question = '{ uploadPolicy { maxBytes } }'

async function signIn(token: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/session`, { method: 'POST', headers: { ...bearer(token), ...headers } })
  const setCookie = response.headers.get('set-cookie') ?? ''
  return { status: response.status, setCookie, cookie: setCookie.split(';')[0] ?? '', body: await response.json() }
}

const ask = (cookie: string, headers: Record<string, string> = csrf) => post(url, question, { cookie, ...headers })

describe('signing in', () => {
  it('takes a token and gives a cookie that no script can read, and that is not the token', async () => {
    const { viewer } = service.tokens.of
    const { status, setCookie, cookie, body } = await signIn(viewer)
    expect([status, body]).toEqual([200, { name: "a test's viewer", role: 'viewer' }])
    const [pair, ...attributes] = setCookie.split('; ')
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict'])
    expect(pair).toMatch(/^greenroom=[\w-]{43}$/)
    expect(setCookie).not.toContain(viewer.slice(4))
    expect((await ask(cookie)).status).toBe(200)
    const { headers } = await fetch(`${url}/session`, { headers: { cookie } })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('gives a cookie for https alone where the browser came by it', async () => {
    const https = { 'x-forwarded-proto': 'https' }
    const { setCookie, cookie } = await signIn(service.tokens.of.viewer, https)
    expect(setCookie).toMatch(/^__Host-greenroom=.*; Secure/)
    expect((await ask(cookie, { ...csrf, ...https })).status).toBe(200)
    expect((await ask(cookie)).status).toBe(401)
  })

  it('does not go without a token: not with a wrong one, nor with the cookie of another session', async () => {
    expect((await signIn('grn_x')).status).toBe(401)
    const { cookie } = await signIn(service.tokens.of.viewer)
    const renewed = await fetch(`${url}/session`, { method: 'POST', headers: { cookie, ...csrf } })
    expect(renewed.status).toBe(401)
    expect((await fetch(`${url}/session`, { method: 'POST' })).headers.get('set-cookie')).toBeNull()
  })

  it('is refused to a page of another site', async () => {
    expect((await signIn(service.tokens.of.viewer, { origin: 'https://attacker.example' })).status).toBe(403)
  })
})

describe('the cookie', () => {
  it('has the rights of its token, and no others', async () => {
    const { cookie } = await signIn(service.tokens.of.viewer)
    const refused = await post(url, 'mutation { collectGarbage { sets } }', { cookie, ...csrf })
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    expect(await (await fetch(`${url}/session`, { headers: { cookie } })).json()).toMatchObject({ role: 'viewer' })
  })

  it('does nothing without the header that no form can send', async () => {
    const { cookie } = await signIn(service.tokens.of.admin)
    const refused = await ask(cookie, {})
    expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    const form = { method: 'POST', headers: { cookie }, body: new FormData() }
    expect((await fetch(`${url}/images/upload`, form)).status).toBe(403)
    expect((await fetch(`${url}/session`, { method: 'DELETE', headers: { cookie } })).status).toBe(403)
    expect((await ask(cookie)).status).toBe(200)
  })

  it('gives way to a token, be it a wrong one', async () => {
    const { cookie } = await signIn(service.tokens.of.admin)
    expect((await ask(cookie, { ...csrf, ...bearer('grn_x') })).status).toBe(401)
  })

  it('is worth nothing once its token is revoked', async () => {
    const token = await service.newToken('viewer')
    const { cookie } = await signIn(token)
    expect((await ask(cookie)).status).toBe(200)
    await service.tokens.revoke(token)
    await eventually('the session is over', async () => (await ask(cookie)).status === 401)
  })

  it.each(['greenroom=', 'greenroom=x', 'greenroom', ';;=', `greenroom=${'A'.repeat(43)}`])(
    '%s is nobody',
    async (cookie) => {
      expect((await ask(cookie)).status).toBe(401)
    },
  )
})

it('signing out ends the session, what is open by it too, and nobody else’s', async () => {
  const { cookie } = await signIn(service.tokens.of.viewer)
  const other = await signIn(service.tokens.of.viewer)
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { cookie, origin: url },
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'connection_init' }))
  const [message] = await new Promise<unknown[]>((resolve) => socket.once('message', (...args) => resolve(args)))
  expect(JSON.parse(String(message))).toEqual({ type: 'connection_ack' })

  const response = await fetch(`${url}/session`, { method: 'DELETE', headers: { cookie, ...csrf } })
  expect(response.headers.get('set-cookie')).toMatch(/^greenroom=; Max-Age=0; .*HttpOnly/)
  expect(await closed).toBe(4401)
  expect((await ask(cookie)).status).toBe(401)
  expect((await ask(other.cookie)).status).toBe(200)
})

describe('the page where a browser signs in', () => {
  const page = { accept: 'text/html,*/*;q=0.8' }
  const form = (token: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/session`, { method: 'POST', headers, body: new URLSearchParams({ token }), redirect: 'manual' })

  it('is where a browser without a session is led to', async () => {
    const { status, headers } = await fetch(`${url}/graphql`, { headers: page, redirect: 'manual' })
    expect([status, headers.get('location')]).toEqual([303, '/session'])
    const shown = await fetch(`${url}/session`, { headers: page })
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(shown.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /)
    expect(shown.headers.get('content-security-policy')).not.toContain('unsafe')
    expect(await shown.text()).toContain('<form method="post" action="/session">')
  })

  it('takes a token, and leads on', async () => {
    const { status, headers } = await form(` ${service.tokens.of.viewer}\n`)
    expect([status, headers.get('location')]).toEqual([303, '/'])
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await ask(cookie)).errors).toBeUndefined()
    const again = await fetch(`${url}/session`, { headers: { ...page, cookie }, redirect: 'manual' })
    expect([again.status, again.headers.get('location')]).toEqual([303, '/'])
  })

  it('says so when the token is not known, and shows nothing of it', async () => {
    for (const token of ['', 'grn_wrong', '<script>', 'x'.repeat(5_000)]) {
      const answer = await form(token)
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null])
      const text = await answer.text()
      expect(text).toContain('role="alert"')
      if (token) expect(text).not.toContain(token)
    }
  })

  it('says so however long it is', async () => {
    const answer = await form('x'.repeat(1_000_000))
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('far too long for a token')])
  })

  it('is no fault of ours when it is left before its form has arrived', async () => {
    const { log, lines } = createLogLines()
    await using app = await createTestApp({ env: { AUTH_TOKENS_FILE: service.tokens.file, CONCURRENCY: '0' }, log })
    const { port, host } = new URL(app.url)
    const socket = connect({ port: Number(port), host: 'localhost' })
    const type = 'Content-Type: application/x-www-form-urlencoded'
    socket.write(`POST /session HTTP/1.1\r\nHost: ${host}\r\n${type}\r\nContent-Length: 50\r\n\r\ntoken=`)
    await sleep(200)
    socket.destroy()
    await expect.poll(() => lines().filter(({ path }) => path === '/session').length).toBe(1)
    await sleep(200)
    expect(lines().filter(({ level }) => level >= 50)).toEqual([])
  })

  it('takes nothing from the page of another site', async () => {
    const { admin } = service.tokens.of
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await form(admin, headers as Record<string, string>)).status).toBe(403)
    }
  })
})
