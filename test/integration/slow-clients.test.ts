import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import type { Prisma } from '../../src/generated/sqlite/client.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { listenersAre } from '../support/listeners.ts'
import { openSocket, readToEnd } from '../support/sockets.ts'

/** More than the kernel holds for two sockets of this machine. */
const events = 3_000
const messageBytes = 1_000

let app: TestApp
let query: string
beforeAll(async () => {
  app = await createTestApp({ env: { SLOW_CLIENT_SECONDS: '1', DEFAULT_RECIPES: 'artist' } })
  const { run } = await app.process(await jpeg())
  const runId = Buffer.from(run.id, 'base64').toString().split(':')[1] ?? ''
  const last = await app.db.runEvent.findFirstOrThrow({ where: { runId, type: 'TASK_STARTED' } })
  // a run with much to tell, that never ends
  await app.db.runEvent.deleteMany({ where: { runId } })
  const payload = { ...(last.payload as Prisma.JsonObject), message: 'x'.repeat(messageBytes) }
  const rows = Array.from({ length: events }, (_, index) => ({ ...last, payload, seq: index + 1 }))
  for (let from = 0; from < events; from += 500)
    await app.db.runEvent.createMany({ data: rows.slice(from, from + 500) })
  await app.db.run.update({ where: { id: runId }, data: { status: 'RUNNING', finishedAt: null, eventSeq: events } })
  query = `subscription { runProgress(runId: "${run.id}") { seq ${'abcdefghij'.replaceAll(/./g, '$&: message ')} } }`
})
afterAll(() => app[Symbol.asyncDispose]())

async function openWebSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  return socket
}

/** Waits until the service closes a socket as too slow, which a client that does not read cannot see. */
async function serviceCloses(): Promise<void> {
  const close = vi.spyOn(WebSocket.prototype, 'close')
  await eventually('the service closes the socket', () => close.mock.calls.some(([code]) => code === 1013))
}

const subscribe = (id: string) => JSON.stringify({ id, type: 'subscribe', payload: { query } })

describe('a client that stops reading', () => {
  it('is cut off over SSE, and nothing is left listening', async () => {
    await using socket = await openSocket(app.url)
    const { host } = new URL(app.url)
    const path = `/graphql?query=${encodeURIComponent(query)}`
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nx-graphql-yoga-csrf: 1\r\n\r\n`)
    const [head] = await once(socket, 'data')
    expect(String(head)).toMatch(/^HTTP\/1\.1 200 /)
    socket.pause()
    // the head is sent before the subscription begins
    await listenersAre(app, 1)
    await listenersAre(app, 0)
    const received = readToEnd(socket.resume() as typeof socket)
    // whoever had read it all would have waited for more
    expect((await received).length).toBeLessThan(events * messageBytes * 10)
  })

  it('is closed with 1013 over WebSocket, and nothing is left listening', async () => {
    const socket = await openWebSocket()
    socket.send(subscribe('1'))
    await once(socket, 'message')
    socket.pause()
    expect(app.bell.listenerCount).toBe(1)
    await serviceCloses()
    socket.resume()
    const [code, reason] = await once(socket, 'close')
    expect([code, String(reason)]).toEqual([1013, 'Reads too slowly'])
    await listenersAre(app, 0)
  })

  it('and goes on asking, is closed as soon as a mebibyte waits for it', async () => {
    const socket = await openWebSocket()
    socket.pause()
    const asking = setInterval(() => {
      for (let count = 0; count < 20; count += 1)
        socket.send(JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(60_000) } }))
    }, 1)
    await serviceCloses()
    clearInterval(asking)
    socket.resume()
    const [code] = await once(socket, 'close')
    expect(code).toBe(1013)
  })

  it('that only takes its time gets everything', async () => {
    const socket = await openWebSocket()
    socket.send(subscribe('1'))
    let seen = 0
    socket.on('message', () => {
      seen += 1
      if (seen % 500 !== 0) return
      socket.pause()
      setTimeout(() => socket.resume(), 200)
    })
    await eventually('all events have come', () => seen === events)
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.terminate()
    await listenersAre(app, 0)
  })
})
