import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorCodes } from '../../src/errors.ts'
import { recipes } from '../../src/services/recipes.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { createBucketApp } from '../support/bucket-app.ts'
import { bearer } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'
import { familiesIn, parseSamples, sampleOf, scrape } from '../support/metrics.ts'
import { overSse } from '../support/subscribe.ts'
import { createAppWithTokens } from '../support/tokens.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const value = (name: string, labels: Record<string, string> = {}) => sampleOf(app.url, `greenroom_${name}`, labels)

describe('/metrics', () => {
  it('counts and times what an image goes through, by stage, recipe, format and outcome', async () => {
    await app.process(await jpeg(), { recipes: ['presets', 'artist'] })
    const ofStage = (stage: string, recipe: string, format: string) =>
      value('stage_seconds_count', { stage, recipe, format, outcome: 'ok' })
    for (const stage of ['ENCODE', 'STORE']) {
      expect(await ofStage(stage, 'presets', 'webp')).toBe(3)
      expect(await ofStage(stage, 'artist', 'jpeg')).toBe(2)
    }
    for (const stage of ['FETCH', 'DECODE']) expect(await ofStage(stage, '', '')).toBe(1)
    expect(await value('stage_seconds_sum', { stage: 'ENCODE' })).toBeGreaterThan(0)
    expect(await value('unit_seconds_count', { work: 'encode', outcome: 'ok' })).toBe(5)
    expect(await value('unit_seconds_count', { work: 'decode', outcome: 'ok' })).toBe(1)
    expect(await value('tasks_total', { kind: 'UPLOAD', outcome: 'succeeded', code: '' })).toBe(1)
    expect(await value('task_seconds_count', { kind: 'UPLOAD' })).toBe(1)
    expect(await value('storage_call_seconds_count', { store: 'variants', operation: 'put', result: 'ok' })).toBe(7)
    expect(await value('storage_call_seconds_count', { store: 'originals', operation: 'get', result: 'ok' })).toBe(1)
  })

  it('counts what fails by its code and stage', async () => {
    await app.process(await damagedJpeg(), { recipes: ['presets'] })
    expect(await value('tasks_total', { kind: 'UPLOAD', outcome: 'failed', code: 'CORRUPT_IMAGE' })).toBe(1)
    expect(await value('stage_seconds_count', { stage: 'DECODE', outcome: 'failed' })).toBe(1)
    expect(await value('unit_seconds_count', { work: 'decode', outcome: 'failed' })).toBe(1)
  })

  it('tells what waits, by lane, and of what is paused', async () => {
    app.dispatcher.concurrency = 0
    const { run } = await app.upload(await jpeg())
    expect(await value('queue_waiting_tasks', { lane: 'interactive' })).toBe(1)
    expect(await value('queue_waiting_tasks', { lane: 'background' })).toBe(0)
    expect(await value('queue_oldest_run_age_seconds')).toBeGreaterThan(0)
    const control = (mutation: string) =>
      app.gql(`mutation ($id: ID!) { ${mutation}(input: { id: $id }) { __typename } }`, { id: run.id })
    await control('pauseRun')
    expect(await value('queue_waiting_tasks')).toBe(0)
    expect(await value('queue_tasks', { state: 'paused' })).toBe(1)
    await control('resumeRun')
    app.dispatcher.concurrency = 2
    await app.dispatcher.idle()
    expect(await value('queue_oldest_run_age_seconds')).toBe(0)
    expect(await value('concurrency')).toBe(2)
  })

  it('tells of the image host: its memory, and why it was started anew', async () => {
    expect(await value('image_host_resident_bytes')).toBeGreaterThan(10e6)
    expect(await value('pixels_in_flight')).toBe(0)
    expect(await value('pixels_in_flight_limit')).toBeGreaterThanOrEqual(1e6)
    const before = app.host.pid ?? 0
    process.kill(before, 'SIGKILL')
    const restarts = () => value('image_host_restarts_total', { reason: 'died' })
    await eventually('a restart is counted', async () => (await restarts()) === 1)
    await eventually('the image host is ready', () => app.host.isReady())
    expect(await value('ready', { part: 'imageHost' })).toBe(1)
  })

  it('counts requests by route and class of status, and subscribers', async () => {
    const others = () => value('http_request_seconds_count', { route: 'other', status: '4xx' })
    const before = await others()
    await fetch(`${app.url}/nothing`)
    await eventually('the request is counted', async () => (await others()) === before + 1)
    {
      await using watching = overSse(app.url, { query: 'subscription { runUpdated { id } }' })
      const next = watching.results.next()
      await eventually('the subscriber is counted', async () => (await value('subscribers')) === 1)
      await watching.results.return?.()
      await next
    }
    await eventually('nobody subscribes', async () => (await value('subscribers')) === 0)
    const streams = () => value('http_request_seconds_count', { route: 'events' })
    await eventually('the stream is counted', async () => (await streams()) === 1)
  })

  it('tells how late the event loop is, and of the process', async () => {
    expect(await sampleOf(app.url, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
    expect(await sampleOf(app.url, 'process_resident_memory_bytes')).toBeGreaterThan(10e6)
    expect(await value('disk_free_bytes')).toBeGreaterThan(0)
    expect(await value('build_info')).toBe(1)
  })

  it('has no more series after names, paths, ids and headers that it has never seen', async () => {
    const series = async () =>
      parseSamples(await scrape(app.url))
        .filter(({ name }) => name.startsWith('greenroom_'))
        .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`)
    const send = async (word: string) => {
      await app.process(await jpeg(), { recipes: ['presets'], artistName: `Artist ${word}`, filename: `${word}.jpg` })
      for (const path of [`/media/images/${word}.webp`, `/${word}`, `/uploads/${word}`, `/images/status/${word}`]) {
        await fetch(`${app.url}${path}`, { headers: { 'x-request-id': word } })
      }
      await fetch(`${app.url}/graphql`, { method: word.toUpperCase(), headers: { 'user-agent': word } })
    }
    await send('report')
    const before = await series()
    for (const word of ['search', 'propfind', 'purge']) await send(word)
    expect((await series()).sort()).toEqual(before.sort())
    expect(before.join()).not.toMatch(/[0-9a-f]{8}-|report/)
  })

  it('has only labels whose values are known beforehand', async () => {
    const known: Record<string, readonly string[]> = {
      recipe: ['', ...recipes.map(({ name }) => name)],
      format: ['', 'avif', 'webp', 'jpeg', 'png'],
      code: ['', ...errorCodes],
      outcome: ['ok', 'failed', 'stopped', 'succeeded', 'skipped', 'cancelled', 'retried', 'parked', 'requeued'],
      route: ['graphql', 'events', 'images', 'media', 'uploads', 'health', 'ready', 'metrics', 'other'],
      status: ['1xx', '2xx', '3xx', '4xx', '5xx', 'broken off'],
    }
    for (const { name, labels } of parseSamples(await scrape(app.url))) {
      if (!name.startsWith('greenroom_')) continue
      for (const [label, text] of Object.entries(labels)) {
        if (known[label]) expect(known[label], `${name} ${label}`).toContain(text)
      }
    }
  })

  it('is what docs/operations.md says, name by name', async () => {
    const documented = [...(await readFile('docs/operations.md', 'utf8')).matchAll(/^\| `(\w+)` \| (\w+) \|/gm)]
    const told = familiesIn(await scrape(app.url))
    expect(documented.map(([, name, type]) => [name, type]).sort()).toEqual(told.sort())
  })

  it('has every metric that docs/operations.md asks for elsewhere, as in its alerts', async () => {
    const asked = (await readFile('docs/operations.md', 'utf8')).match(/\b(greenroom|nodejs|process)_\w+/g) ?? []
    const told = familiesIn(await scrape(app.url)).map(([name]) => name)
    for (const name of asked)
      expect(
        [name, name.replace(/_(bucket|count|sum)$/, '')].some((each) => told.includes(each)),
        name,
      ).toBe(true)
  })

  it('is told also while the database is away, without what only that knows', async () => {
    await using broken = await createTestApp()
    await broken.db.$executeRawUnsafe('ALTER TABLE "Run" RENAME TO "Elsewhere"')
    const names = parseSamples(await scrape(broken.url)).map(({ name }) => name)
    expect(names).toContain('greenroom_tasks_in_work')
    expect(names).not.toContain('greenroom_queue_waiting_tasks')
    expect(names).not.toContain('greenroom_concurrency')
  })

  it('counts requests to a bucket by what came of them', async () => {
    await using bucket = await createBucketApp()
    bucket.s3.failNext('503', { method: 'PUT' })
    await bucket.process(await jpeg(), { recipes: ['presets'] })
    const attempts = (labels: Record<string, string>) =>
      sampleOf(bucket.url, 'greenroom_s3_attempts_total', { operation: 'put', ...labels })
    expect(await attempts({ result: 'ok' })).toBe(4)
    expect(await attempts({ result: 'throttled-503' })).toBe(1)
    expect(await sampleOf(bucket.url, 'greenroom_storage_call_seconds_count', { operation: 'put', result: 'ok' })).toBe(
      4,
    )
  })
})

it('tells the metrics to viewers alone, and to all who ask whether it is alive and ready', async () => {
  await using service = await createAppWithTokens({ CONCURRENCY: '0' })
  const { app, tokens } = service
  expect((await fetch(`${app.url}/metrics`)).status).toBe(401)
  expect((await fetch(`${app.url}/metrics`, { headers: bearer(tokens.of.viewer) })).status).toBe(200)
  for (const path of ['/health', '/ready']) expect((await fetch(`${app.url}${path}`)).status).toBe(200)
})
