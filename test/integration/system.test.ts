import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { createBucketApp } from '../support/bucket-app.ts'
import { d1Env, startD1Server } from '../support/d1-server.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import { sampleOf, scrape } from '../support/metrics.ts'
import { addEvent, globalId } from '../support/venue-rows.ts'

interface Edge {
  kind: string
  place: string
  lastSuccessAt: string | null
  downSince: string | null
}

interface System {
  version: string
  nodeVersion: string
  sharpVersion: string
  libvipsVersion: string
  startedAt: string
  notReady: string[]
  slots: number | null
  tasksInWork: number
  threads: number
  busyThreads: number
  imagesInFlight: number
  megapixelsInFlight: number
  megapixelsLimit: number
  rssBytes: number
  imageHostRssBytes: number | null
  diskFreeBytes: number | null
  queueDepth: { interactive: number; background: number } | null
  storage: Edge
  d1: Edge
}

const query = `{ system {
  version nodeVersion sharpVersion libvipsVersion startedAt notReady slots tasksInWork threads busyThreads imagesInFlight
  megapixelsInFlight megapixelsLimit rssBytes imageHostRssBytes diskFreeBytes queueDepth { interactive background }
  storage { kind place lastSuccessAt downSince } d1 { kind place lastSuccessAt downSince }
} }`

const systemOf = async (app: TestApp) => (await app.gql<{ system: System }>(query)).system
const seconds = (at: string | null) => new Date(at ?? 0).getTime() / 1_000

describe('the system', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp({ env: { MEGAPIXELS_IN_FLIGHT: '30' } })
    await app.process(await jpeg())
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const value = (name: string, labels: Record<string, string> = {}) => sampleOf(app.url, `greenroom_${name}`, labels)

  it('tells what /metrics tells', async () => {
    app.dispatcher.concurrency = 0
    await app.upload(await jpeg())
    const system = await systemOf(app)
    expect(system.queueDepth).toEqual({ interactive: 1, background: 0 })
    expect(await value('queue_waiting_tasks', { lane: 'interactive' })).toBe(1)
    expect([system.slots, system.tasksInWork]).toEqual([0, 0])
    expect([await value('concurrency'), await value('tasks_in_work')]).toEqual([0, 0])
    expect(system.megapixelsLimit * 1e6).toBe(await value('pixels_in_flight_limit'))
    expect(system.megapixelsInFlight * 1e6).toBe(await value('pixels_in_flight'))
    expect(system.imagesInFlight).toBe(await value('images_in_flight'))
    expect(system.threads).toBe(await value('image_host_threads'))
    expect(system.busyThreads).toBe(await value('image_host_busy_threads'))
    const memory = await sampleOf(app.url, 'process_resident_memory_bytes')
    expect(Math.abs(system.rssBytes / memory - 1)).toBeLessThan(0.2)
    expect(Math.abs((system.imageHostRssBytes ?? 0) / (await value('image_host_resident_bytes')) - 1)).toBeLessThan(0.2)
    expect(seconds(system.startedAt)).toBeCloseTo(await sampleOf(app.url, 'process_start_time_seconds'), -1)
    expect(await scrape(app.url)).toContain(`version="${system.version}",node="${system.nodeVersion}"`)
    app.dispatcher.concurrency = 2
    await app.dispatcher.idle()
  })

  it('tells what is in work while it is', async () => {
    const bytes = await jpeg(3000, 2000)
    await app.upload(bytes, { recipes: ['responsive'] })
    await eventually('a thread is busy', async () => {
      const { tasksInWork, busyThreads, imagesInFlight, megapixelsInFlight } = await systemOf(app)
      return tasksInWork === 1 && busyThreads > 0 && imagesInFlight === 1 && megapixelsInFlight > 0
    })
    await app.dispatcher.idle()
    expect(await systemOf(app)).toMatchObject({ tasksInWork: 0, busyThreads: 0 })
  })

  it('tells versions, and where things lie without the folders of the machine', async () => {
    const system = await systemOf(app)
    for (const version of [system.version, system.nodeVersion, system.sharpVersion, system.libvipsVersion]) {
      expect(version).toMatch(/^\d+\.\d+\.\d+/)
    }
    expect(system.storage).toMatchObject({ kind: 'DISK', downSince: null })
    expect(system.storage.place).toMatch(/^the folder [\w-]+, originals the folder [\w-]+$/)
    expect(system.d1).toEqual({ kind: 'FILE', place: 'the file d1.db', lastSuccessAt: null, downSince: null })
    expect(JSON.stringify(system)).not.toContain(app.dir)
  })

  it('tells when the storage worked last, as /metrics does', async () => {
    const { storage } = await systemOf(app)
    // asked again at most every 5 s
    const apart = (await value('last_success_timestamp_seconds', { edge: 'storage' })) - seconds(storage.lastSuccessAt)
    expect(Math.abs(apart)).toBeLessThan(10)
    expect(await scrape(app.url)).not.toContain('edge="d1"')
  })

  it('tells what it can while the database is away', async () => {
    await using broken = await createTestApp()
    await broken.db.$executeRawUnsafe('ALTER TABLE "Run" RENAME TO "Elsewhere"')
    expect(await systemOf(broken)).toMatchObject({ slots: null, queueDepth: null, version: expect.any(String) })
  })
})

it('tells the bucket, without its address and keys', async () => {
  await using app = await createBucketApp()
  const { storage } = await systemOf(app)
  expect(storage).toMatchObject({ kind: 'BUCKET', downSince: null, lastSuccessAt: expect.any(String) })
  expect(storage.place).toMatch(/^the bucket \S/)
  expect(JSON.stringify(storage)).not.toMatch(/http|key/i)
})

it('tells since when D1 does not take what it is sent, until it does again', async () => {
  await using server = await startD1Server()
  await using app = await createTestApp({ env: d1Env(server) })
  const state = async () =>
    (await app.gql<{ d1: { downSince: string | null; dueCount: number } }>('{ d1 { downSince dueCount } }')).d1
  expect((await state()).downSince).toBeNull()

  const outage = { status: 500, body: { code: 7500, message: 'Internal error while starting up D1 DB storage.' } }
  server.failNext(outage, outage)
  const before = Date.now()
  await addEvent(app, { pictureKey: 'artists/carl-cox/carl-cox_liv_hd.jpg', pictureSha256: 'ab'.repeat(32) })
  app.bell.ring('outbox', '')
  await eventually('D1 is degraded', async () => (await state()).downSince !== null)
  const { downSince, dueCount } = await state()
  expect(dueCount).toBe(1)
  expect(seconds(downSince) * 1_000).toBeGreaterThanOrEqual(before - 1)
  expect((await systemOf(app)).d1).toMatchObject({ kind: 'CLOUDFLARE', downSince })

  await eventually('D1 is in step', async () => (await state()).dueCount === 0)
  const { d1 } = await systemOf(app)
  expect(d1).toMatchObject({ downSince: null, lastSuccessAt: expect.any(String) })
  expect(d1.place).toMatch(/^Cloudflare D1 [\da-f-]{36}$/)
  expect(await sampleOf(app.url, 'greenroom_last_success_timestamp_seconds', { edge: 'd1' })).toBeCloseTo(
    seconds(d1.lastSuccessAt),
    2,
  )
})

it('tells the run that read a page of a source last', async () => {
  await using app = await createTestApp()
  const scrapeRun = (subject: string) =>
    app.db.run.create({
      data: {
        kind: 'SCRAPE',
        lane: 1,
        status: 'SUCCEEDED',
        scope: { kind: 'SCRAPE', recipes: ['artist'], dryRun: false },
        tasks: { create: { lane: 1, position: 1, subject, status: 'SUCCEEDED' } },
      },
    })
  const empty = { eventIds: [], skipped: [], warnings: [], next: [] }
  for (const source of ['liv', 'wynn']) {
    await app.db.venuePage.create({ data: { ...empty, source, url: `https://${source}.example/` } })
  }
  await scrapeRun('https://liv.example/')
  const second = await scrapeRun('https://liv.example/')
  await scrapeRun('https://liv.example/another')
  const { venues } = await app.gql<{ venues: { source: string; lastScrape: { id: string } | null }[] }>(
    '{ venues { source lastScrape { id } } }',
  )
  const found = new Map(venues.map(({ source, lastScrape }) => [source, lastScrape?.id ?? null]))
  expect(Object.fromEntries(found)).toEqual({ LIV: globalId('ProcessingRun', second.id), WYNN: null, TAO: null })
})
