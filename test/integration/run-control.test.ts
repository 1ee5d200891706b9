import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell as tellApp } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { expectConsistent } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { filesBelow } from '../support/files.ts'
import { damagedJpeg, jpeg, photo } from '../support/images.ts'
import { imageRow } from '../support/rows.ts'

describe(`a run on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp()
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const tell = (mutation: Parameters<typeof tellApp>[1], input: object) => tellApp(app, mutation, input)
  const rowOf = (globalId: string) => app.db.run.findUniqueOrThrow({ where: { id: databaseId(globalId) } })

  const isEncoding = async () => (await app.db.variant.count()) > 0

  it('that waits is CANCELLED at once, with all its tasks', async () => {
    await tell('setConcurrency', { concurrency: 0 })
    const { run } = await app.upload(await jpeg())
    const cancelled = await tell('cancelRun', { id: run.id, reason: 'the wrong artist' })
    expect(cancelled).toMatchObject({
      status: 'CANCELLED',
      outcome: null,
      cancelReason: 'the wrong artist',
      totalCount: 1,
      cancelledCount: 1,
    })
    await tell('setConcurrency', { concurrency: 2 })
    await app.dispatcher.idle()
    expect(await app.db.variant.count()).toBe(0)
    await expectConsistent(app.db, databaseId(run.id))
  })

  it('in work is CANCELLED within two seconds; what was stored is kept, and nothing is stored or changed afterwards', async () => {
    const { run, image } = await app.upload(await photo('dandelion-meadow-16mp.jpg'))
    await eventually('a variant is stored', isEncoding)
    const asked = Date.now()
    expect(['CANCELLING', 'CANCELLED']).toContain((await tell('cancelRun', { id: run.id })).status)
    await eventually('the run is cancelled', async () => (await rowOf(run.id)).status === 'CANCELLED')
    expect(Date.now() - asked).toBeLessThan(2_000)
    const state = () =>
      Promise.all([app.db.task.findMany(), app.db.run.findMany(), app.db.variant.findMany(), filesBelow(app.dir)])
    const before = await state()
    // longer than the longest unit
    await sleep(3_000)
    expect(await state()).toEqual(before)
    const [tasks, , variants] = before
    expect(tasks).toMatchObject([{ status: 'CANCELLED', leaseToken: null }])
    expect(variants.length).toBeGreaterThan(0)
    for (const { key, byteSize } of variants) {
      const response = await fetch(`${app.url}/media/${key}`)
      expect((await response.arrayBuffer()).byteLength).toBe(byteSize)
    }
    const shown = await app.gql<{ image: { status: string } }>(`{ image(id: "${image.id}") { status } }`)
    expect(shown.image.status).toBe('PARTIAL')
    await expectConsistent(app.db, databaseId(run.id))
  })

  it('that is over stays as it is when it is cancelled', async () => {
    const { run } = await app.process(await jpeg(), { recipes: ['presets'] })
    const before = await rowOf(run.id)
    expect(await tell('cancelRun', { id: run.id })).toMatchObject({ status: 'SUCCEEDED', outcome: 'CLEAN' })
    expect(await rowOf(run.id)).toEqual(before)
  })

  it('is cancelled though the process that worked on it is gone', async () => {
    await tell('setConcurrency', { concurrency: 0 })
    const { run } = await app.upload(await jpeg())
    // in work in a process that was killed a moment ago, after somebody asked for the end
    const later = new Date(Date.now() + 60_000)
    await app.db.task.updateMany({ data: { status: 'RUNNING', leaseToken: 'gone', leaseExpiresAt: later, attempt: 1 } })
    await app.db.run.updateMany({ data: { status: 'CANCELLING', cancellingAt: new Date() } })
    const asked = Date.now()
    await eventually('the run is cancelled', async () => (await rowOf(run.id)).status === 'CANCELLED')
    expect(Date.now() - asked).toBeLessThan(2_000)
    expect(await app.db.task.findFirst()).toMatchObject({ status: 'CANCELLED' })
  })

  it('begins nothing more while it is paused, finishes what is in work, and goes on where it was', async () => {
    await tell('setConcurrency', { concurrency: 1 })
    await app.db.image.createMany({ data: Array.from({ length: 5 }, imageRow) })
    await tell('setConcurrency', { concurrency: 0 })
    const { run } = await tell('reprocessImages', { scope: 'ALL', recipes: ['presets'] })
    await app.dispatcher.idle()
    expect(await tell('pauseRun', { id: run.id })).toMatchObject({ status: 'QUEUED', pausedAt: expect.any(String) })
    expect(await tell('pauseRun', { id: run.id })).toMatchObject({ __typename: 'ProcessingRun' })
    await tell('setConcurrency', { concurrency: 2 })
    await app.dispatcher.idle()
    expect(await rowOf(run.id)).toMatchObject({ status: 'QUEUED', processedCount: 0, totalCount: 5 })
    expect(await tell('resumeRun', { id: run.id })).toMatchObject({ pausedAt: null })
    await app.dispatcher.idle()
    // they have no originals, so all of them fail; what counts here is that they were tried
    expect(await rowOf(run.id)).toMatchObject({ status: 'FAILED', outcome: 'ALL_FAILED', failedCount: 5 })
    const types = (await app.db.runEvent.findMany({ orderBy: { seq: 'asc' } })).map((event) => event.type)
    expect(types.filter((type) => type === 'PAUSED' || type === 'RESUMED')).toEqual(['PAUSED', 'RESUMED'])
    expect(await tell('pauseRun', { id: run.id })).toMatchObject({ code: 'INVALID_INPUT', field: 'id' })
    expect(await tell('resumeRun', { id: run.id })).toMatchObject({ code: 'INVALID_INPUT', field: 'id' })
  })

  it('is retried in a new run over what failed or was cancelled, and stays as it ended', async () => {
    const { image } = await app.process(await damagedJpeg(), { recipes: ['presets'] })
    for (let n = 0; n < 3; n += 1) await app.process(await jpeg(), { recipes: ['presets'] })
    const first = await tell('reprocessImages', { scope: 'ALL', recipes: ['presets'] })
    await app.dispatcher.idle()
    const before = await rowOf(first.run.id)
    expect(before).toMatchObject({ outcome: 'WITH_FAILURES', failedCount: 1, skippedCount: 3 })
    expect(await tell('retryRun', { id: first.run.id, only: 'CANCELLED' })).toMatchObject({ code: 'NO_IMAGES_MATCHED' })
    const retried = await tell('retryRun', { id: first.run.id, only: 'ALL' })
    expect(retried.run).toMatchObject({ kind: 'REPROCESS', scope: 'RETRY', parent: { id: first.run.id } })
    await app.dispatcher.idle()
    expect(await rowOf(retried.run.id)).toMatchObject({ status: 'FAILED', totalCount: 1, failedCount: 1 })
    expect(await rowOf(retried.run.id)).toMatchObject({ lastError: expect.stringMatching(/^Every task failed: The /) })
    expect(await app.db.task.findFirst({ where: { runId: databaseId(retried.run.id) } })).toMatchObject({
      imageId: databaseId(image.id),
      errorCode: 'CORRUPT_IMAGE',
    })
    expect(await rowOf(first.run.id)).toEqual(before)
  })

  it('is not retried while it is under way, nor twice at once', async () => {
    const { run } = await app.process(await damagedJpeg(), { recipes: ['presets'] })
    await tell('setConcurrency', { concurrency: 0 })
    const { run: retried } = await tell('retryRun', { id: run.id })
    expect(await tell('retryRun', { id: run.id })).toMatchObject({
      code: 'RUN_ALREADY_ACTIVE',
      activeRunId: retried.id,
    })
    expect(await tell('retryRun', { id: retried.id })).toMatchObject({ code: 'INVALID_INPUT', field: 'id' })
  })

  it('that is not there is said so', async () => {
    const id = Buffer.from('ProcessingRun:nothing').toString('base64')
    for (const mutation of ['cancelRun', 'pauseRun', 'resumeRun', 'retryRun'] as const) {
      expect(await tell(mutation, { id })).toMatchObject({ code: 'NOT_FOUND', message: 'There is no run nothing.' })
    }
  })

  it('shares the queue, whose counts are those of the tasks', async () => {
    const queue = '{ queue { concurrency running retrying waitingInteractive waitingBackground paused oldestRunAt } }'
    await tell('setConcurrency', { concurrency: 0 })
    await app.db.image.createMany({ data: Array.from({ length: 7 }, imageRow) })
    const { run } = await tell('reprocessImages', { scope: 'ALL', recipes: ['presets'] })
    await app.upload(await jpeg())
    await app.dispatcher.idle()
    const answer = await app.gql<{ queue: object }>(queue)
    expect(answer.queue).toMatchObject({ concurrency: 0, running: 0, waitingInteractive: 1, waitingBackground: 7 })
    await tell('pauseRun', { id: run.id })
    expect((await app.gql<{ queue: object }>(queue)).queue).toMatchObject({ waitingBackground: 0, paused: 7 })
    expect(await tell('setConcurrency', { concurrency: 257 })).toMatchObject({ code: 'INVALID_INPUT' })
  })
})
