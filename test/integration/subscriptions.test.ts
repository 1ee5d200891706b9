import { once } from 'node:events'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { createTestApp, type TestApp } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg, photo } from '../support/images.ts'
import { listenersAre } from '../support/listeners.ts'
import { collect, firstError, overSse, overWebSocket, type Subscribe } from '../support/subscribe.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const progress = `subscription ($runId: ID!, $afterSeq: Int) {
  runProgress(runId: $runId, afterSeq: $afterSeq) {
    seq type message createdAt
    run { id status outcome totalCount processedCount succeededCount skippedCount failedCount cancelledCount progress }
    task { id status }
    variant { key url width }
  }
}`

interface Progress {
  runProgress: {
    seq: number
    type: string
    message: string
    createdAt: string
    run: { id: string; status: string; outcome: string | null; progress: number } & Record<string, number>
    task: { id: string } | null
    variant: { key: string; url: string } | null
  }
}

const watch = (subscribe: Subscribe, runId: string, afterSeq = 0) =>
  subscribe<Progress>(app.url, { query: progress, variables: { runId, afterSeq } })

const transports: [string, Subscribe][] = [
  ['WebSocket', overWebSocket],
  ['SSE', overSse],
]

describe('the progress of a run', () => {
  it('is the same over WebSocket, over SSE and from the middle on, with no gap and no repeat', async () => {
    const { run } = await app.upload(await photo('dandelion-meadow-16mp.jpg'))
    const webSocket = collect(watch(overWebSocket, run.id))
    const sse = collect(watch(overSse, run.id))
    await eventually('there are six events', async () => (await app.db.runEvent.count()) >= 6)
    const fromTheMiddle = collect(watch(overWebSocket, run.id, 3))
    const [one, two, three] = await Promise.all([webSocket, sse, fromTheMiddle])

    const events = one.map(({ runProgress }) => runProgress)
    // 19 variants, and queued, planned, started, task started, decoded, task succeeded, succeeded
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 26 }, (_each, index) => index + 1))
    const facts = (list: Progress[]) =>
      list.map(({ runProgress: { seq, type, message, run } }) => ({ seq, type, message, run }))
    expect(facts(two)).toEqual(facts(one))
    expect(facts(three)).toEqual(facts(one.slice(3)))
    expect(events.filter((event) => event.type === 'VARIANT_STORED')).toHaveLength(19)
    expect(events.map((event) => event.type).slice(0, 5)).toEqual([
      'QUEUED',
      'PLANNED',
      'STARTED',
      'TASK_STARTED',
      'TASK_DECODED',
    ])
    expect(events.map((event) => event.type).slice(-2)).toEqual(['TASK_SUCCEEDED', 'SUCCEEDED'])
  })

  it('has counters that add up, and progress that only grows, in every event', async () => {
    const { run } = await app.upload(await jpeg())
    const events = (await collect(watch(overWebSocket, run.id))).map(({ runProgress }) => runProgress.run)
    for (const { totalCount, processedCount, succeededCount, skippedCount, failedCount, cancelledCount } of events) {
      const sum = (succeededCount ?? 0) + (skippedCount ?? 0) + (failedCount ?? 0) + (cancelledCount ?? 0)
      expect(processedCount).toBe(sum)
      expect(sum).toBeLessThanOrEqual(totalCount ?? 0)
    }
    const progressions = events.map((event) => event.progress)
    expect(progressions).toEqual([...progressions].sort((a, b) => a - b))
    // the first variant is told at once, those of the same half second together
    expect(new Set(progressions).size).toBeGreaterThanOrEqual(3)
    expect(events.at(-1)).toMatchObject({ status: 'SUCCEEDED', outcome: 'CLEAN', progress: 1 })
  })

  it('shows each variant only once its URL answers', async () => {
    const { run } = await app.upload(await jpeg())
    for await (const { data } of watch(overWebSocket, run.id).results) {
      const variant = data?.runProgress.variant
      if (variant) expect((await fetch(variant.url, { method: 'HEAD' })).status).toBe(200)
    }
  })

  it.each(transports)('of a run that is over is replayed and ends, over %s', async (_name, subscribe) => {
    const { run } = await app.process(await jpeg())
    const all = await collect(watch(subscribe, run.id))
    expect(all.at(-1)?.runProgress.type).toBe('SUCCEEDED')
    const last = all.length
    expect((await collect(watch(subscribe, run.id, last - 1))).map((each) => each.runProgress.seq)).toEqual([last])
    expect(await collect(watch(subscribe, run.id, last))).toEqual([])
    expect(await collect(watch(subscribe, run.id, last + 100))).toEqual([])
  })

  it.each(transports)('of a run that there is not is NOT_FOUND, over %s', async (_name, subscribe) => {
    const runId = Buffer.from('ProcessingRun:01a1fc0f-0000-7000-8000-000000000000').toString('base64')
    await using subscription = watch(subscribe, runId)
    expect(await firstError(subscription)).toMatchObject({
      message: 'There is no run 01a1fc0f-0000-7000-8000-000000000000.',
      extensions: { code: 'NOT_FOUND' },
    })
  })

  it('below what is kept is EVENTS_EXPIRED, never a silent gap', async () => {
    const { run } = await app.process(await jpeg())
    const runId = Buffer.from(run.id, 'base64').toString().split(':')[1] ?? ''
    await app.db.runEvent.deleteMany({ where: { runId, seq: { lte: 4 } } })
    await using subscription = watch(overWebSocket, run.id, 2)
    expect(await firstError(subscription)).toMatchObject({ extensions: { code: 'EVENTS_EXPIRED' } })
    expect((await collect(watch(overWebSocket, run.id, 4)))[0]?.runProgress.seq).toBe(5)
  })

  it.each(transports)(
    'leaves no listener when its client goes, though nothing more happens, over %s',
    async (_name, subscribe) => {
      const { run } = await app.process(await jpeg())
      const id = Buffer.from(run.id, 'base64').toString().split(':')[1] ?? ''
      // a run that never ends
      await app.db.run.update({ where: { id }, data: { status: 'RUNNING', finishedAt: null } })
      await app.db.runEvent.deleteMany({ where: { runId: id, type: 'SUCCEEDED' } })
      {
        await using subscription = watch(subscribe, run.id)
        await subscription.results.next()
        expect(app.bell.listenerCount).toBeGreaterThan(0)
      }
      await listenersAre(app, 0)
    },
  )
})

it('answers a syntax error over WebSocket without closing the socket on the others', async () => {
  const { run } = await app.process(await jpeg())
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  })
  const good = client.iterate<Progress>({ query: progress, variables: { runId: run.id, afterSeq: 0 } })
  await good.next()
  await expect(client.iterate({ query: 'subscription {' }).next()).rejects.toMatchObject([
    { message: expect.stringContaining('Syntax Error') },
  ])
  expect((await good.next()).done).toBe(false)
  await good.return?.()
  await client.dispose()
})

it('two operations without a name are refused with a code over WebSocket too', async () => {
  await using subscription = overWebSocket(app.url, { query: 'query A { __typename } query B { __typename }' })
  expect(await firstError(subscription)).toMatchObject({ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })
})

it.each(['connection_ack', 'next', 'error'])(
  'a client that sends %s is cut off with 4400, and nothing is printed',
  async (type) => {
    const printed = vi.spyOn(console, 'error')
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type, id: '1', payload: type === 'error' ? [{ message: 'x' }] : {} }))
    const [code] = await once(socket, 'close')
    expect(code).toBe(4400)
    expect(printed).not.toHaveBeenCalled()
  },
)

describe('imageUpdated', () => {
  const updated = 'subscription ($slug: String) { imageUpdated(artistSlug: $slug) { id status filename } }'

  it.each(transports)('tells of the images of one artist, and leaves no listener, over %s', async (name, subscribe) => {
    const artistName = `Artist by ${name}`
    {
      await using subscription = subscribe<{ imageUpdated: { id: string; status: string } }>(app.url, {
        query: updated,
        variables: { slug: `artist-by-${name.toLowerCase()}` },
      })
      const first = subscription.results.next()
      await listenersAre(app, 1)
      await app.process(await jpeg(), { artistName: 'Somebody Else' })
      const { image } = await app.upload(await jpeg(), { artistName })
      expect((await first).value?.data?.imageUpdated.id).toBe(image.id)
      for await (const { data } of subscription.results) {
        expect(data?.imageUpdated.id).toBe(image.id)
        if (data?.imageUpdated.status === 'READY') break
      }
    }
    await listenersAre(app, 0)
  })
})
