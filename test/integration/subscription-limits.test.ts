import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createTestApp, type TestApp } from '../support/app.ts'
import { listenersAre } from '../support/listeners.ts'
import { openSocket } from '../support/sockets.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({
    env: { CONCURRENCY: '0', SUBSCRIPTIONS_PER_CLIENT: '2', MAX_SUBSCRIPTIONS: '3' },
  })
})
afterAll(() => app[Symbol.asyncDispose]())

const query = 'subscription { imageUpdated { id } }'

const connect = () =>
  createClient({ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })

/** Begins subscriptions, and waits until so many are being served in all. */
async function begin(client: ReturnType<typeof connect>, count: number, inAll: number) {
  const begun = Array.from({ length: count }, () => {
    const results = client.iterate({ query })
    void results.next().catch(() => {})
    return results
  })
  await listenersAre(app, inAll)
  return begun
}

/** Nobody listens, and as many as may can begin. */
async function allPlacesAreFree(): Promise<void> {
  await listenersAre(app, 0)
  const client = connect()
  await begin(client, 2, 2)
  await client.dispose()
  await listenersAre(app, 0)
}

const overSse = () =>
  [
    `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1`,
    `Host: ${new URL(app.url).host}`,
    'Accept: text/event-stream',
    'x-graphql-yoga-csrf: 1',
    '\r\n',
  ].join('\r\n')

const refused = (sentence: string) => ({
  errors: [
    { message: sentence, extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true, retryAfterSeconds: 60 } },
  ],
})

describe('subscriptions', () => {
  it('of one connection are so many, and the others on it go on', async () => {
    const client = connect()
    const [first] = await begin(client, 2, 2)
    const { value } = await client.iterate({ query }).next()
    expect(value).toEqual(refused('You have 2 subscriptions, which is as many as a client may.'))
    expect(app.bell.listenerCount).toBe(2)
    await first?.return?.()
    await listenersAre(app, 1)
    await begin(client, 1, 2)
    await client.dispose()
    await listenersAre(app, 0)
  })

  it('in all are so many, whoever has them, and over SSE too', async () => {
    const clients = [connect(), connect()] as const
    await begin(clients[0], 2, 2)
    await begin(clients[1], 1, 3)
    const { value } = await clients[1].iterate({ query }).next()
    expect(value).toEqual(refused('There are 3 subscriptions, which is as many as are served.'))
    const address = `${app.url}/graphql?query=${encodeURIComponent(query)}`
    const response = await fetch(address, { headers: { accept: 'text/event-stream', 'x-graphql-yoga-csrf': '1' } })
    expect(response.status).toBe(429)
    expect(await response.text()).toContain('TOO_MANY_SUBSCRIPTIONS')
    await Promise.all(clients.map((client) => client.dispose()))
    await listenersAre(app, 0)
  })

  it('over SSE give their places back when their client goes', async () => {
    for (let round = 0; round < 5; round += 1) {
      await using socket = await openSocket(app.url)
      socket.write(overSse())
      const [head] = await once(socket, 'data')
      expect(String(head)).toMatch(/^HTTP\/1\.1 200 /)
      await listenersAre(app, 1)
      socket.destroy()
      await listenersAre(app, 0)
    }
  })

  it('over SSE take no place when their client has gone before they begin', async () => {
    for (let round = 0; round < 20; round += 1) {
      await using socket = await openSocket(app.url)
      socket.write(overSse())
      // from at once to a little later
      if (round > 0) await sleep(round / 4)
      socket.destroy()
    }
    await allPlacesAreFree()
  })

  it('over WebSocket take no place when their client has gone before they begin', async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      await once(socket, 'open')
      socket.send('{"type":"connection_init"}')
      await once(socket, 'message')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
      // from at once to a little later
      if (round > 0) await sleep(round / 4)
      socket.terminate()
    }
    await allPlacesAreFree()
  })

  it('that cannot begin take no place', async () => {
    const client = connect()
    const unknown = 'subscription { runProgress(runId: "UHJvY2Vzc2luZ1J1bjp4") { seq } }'
    for (let round = 0; round < 5; round += 1) {
      const failed = client.iterate({ query: unknown }).next()
      await expect(failed.then(({ value }) => Promise.reject(value?.errors))).rejects.toBeDefined()
    }
    await begin(client, 2, 2)
    await client.dispose()
    await listenersAre(app, 0)
  })
})
