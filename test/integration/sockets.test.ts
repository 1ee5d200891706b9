import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { bearer } from '../support/client.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

const listed = 'https://app.example.com'

let service: AppWithTokens
beforeAll(async () => {
  service = await createAppWithTokens({
    CONCURRENCY: '0',
    SUBSCRIPTIONS_PER_CLIENT: '2',
    MAX_SUBSCRIPTIONS: '4',
    CORS_ORIGINS: listed,
  })
})
afterAll(() => service[Symbol.asyncDispose]())

/** A WebSocket with nothing said yet. */
async function open(headers: Record<string, string> = {}): Promise<WebSocket> {
  const url = `${service.app.url.replace('http', 'ws')}/graphql`
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers })
  await once(socket, 'open')
  return socket
}

const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message))

/** The type of the next message, or the code that the socket is closed with. */
const answerOf = (socket: WebSocket) =>
  new Promise<string | number>((resolve) => {
    socket.once('message', (text) => resolve((JSON.parse(String(text)) as { type: string }).type))
    socket.once('close', resolve)
  })

async function begin(socket: WebSocket, token?: string): Promise<string | number> {
  const answer = answerOf(socket)
  say(socket, { type: 'connection_init', payload: token ? bearer(token) : {} })
  return answer
}

describe('a WebSocket', () => {
  it('is not given to a token that has as many as it may, until one of them is closed', async () => {
    const { viewer, editor } = service.tokens.of
    const sockets = [await open(), await open(), await open(), await open()] as const
    expect([await begin(sockets[0], viewer), await begin(sockets[1], viewer)]).toEqual([
      'connection_ack',
      'connection_ack',
    ])
    expect(await begin(sockets[2], viewer)).toBe(4429)
    expect(await begin(sockets[3], editor)).toBe('connection_ack')
    sockets[0].close()
    await once(sockets[0], 'close')
    const next = await open()
    expect(await begin(next, viewer)).toBe('connection_ack')
    for (const socket of [...sockets, next]) socket.terminate()
  })

  it('is not given to anybody when as many are open as may', async () => {
    const { viewer, editor, admin } = service.tokens.of
    const tokens = [viewer, viewer, editor, editor]
    const sockets = await Promise.all(tokens.map(() => open()))
    for (const [index, socket] of sockets.entries()) expect(await begin(socket, tokens[index])).toBe('connection_ack')
    expect(await begin(await open(), admin)).toBe(4429)
    for (const socket of sockets) socket.terminate()
  })

  it('of a page of another origin gets nothing by a cookie, which its browser sends unasked', async () => {
    const headers = bearer(service.tokens.of.admin)
    const signedIn = await fetch(`${service.app.url}/session`, { method: 'POST', headers })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const own = await open({ cookie, origin: service.app.url })
    expect(await begin(own)).toBe('connection_ack')
    own.terminate()
    expect(await begin(await open({ cookie, origin: listed }))).toBe(4401)
    const foreign = await open({ cookie, origin: listed })
    expect(await begin(foreign, service.tokens.of.admin)).toBe('connection_ack')
    foreign.terminate()
  })
})

describe('WebSockets that have not said who they are', () => {
  it('have places of their own, so that whoever says it gets in', async () => {
    const silent = await Promise.all(Array.from({ length: 100 }, () => open()))
    const url = `${service.app.url.replace('http', 'ws')}/graphql`
    const [refused] = await once(new WebSocket(url, 'graphql-transport-ws'), 'error')
    expect(String(refused)).toContain('503')
    const [first] = silent
    expect(first && (await begin(first, service.tokens.of.admin))).toBe('connection_ack')
    const another = await open()
    expect(await begin(another, service.tokens.of.editor)).toBe('connection_ack')
    for (const socket of [...silent, another]) socket.terminate()
  })
})
