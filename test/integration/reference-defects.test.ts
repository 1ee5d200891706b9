// What the queue that Greenroom replaces got wrong, one test each; it would fail every one of them.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itself } from '../../src/services/asker.ts'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits } from '../../src/services/units.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { createEngine } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { damagedJpeg, jpeg, photo } from '../support/images.ts'
import { imageRow } from '../support/rows.ts'

describe(`unlike the reference, on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets', GC_GRACE_SECONDS: '0' } })
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const runOf = (globalId: string) => app.db.run.findUniqueOrThrow({ where: { id: databaseId(globalId) } })

  it('1: of many who start at once exactly one succeeds, and the lock is free when its run is over', async () => {
    await app.process(await jpeg())
    for (let round = 0; round < 3; round += 1) {
      await tell(app, 'setConcurrency', { concurrency: 0 })
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['presets'] })),
      )
      const started = answers.filter((answer) => answer.__typename === 'StartRunPayload')
      const refused = answers.filter((answer) => answer.code === 'RUN_ALREADY_ACTIVE')
      expect([started.length, refused.length]).toEqual([1, 7])
      expect(new Set(refused.map((answer) => answer.activeRunId))).toEqual(new Set([started[0]?.run.id]))
      await tell(app, 'setConcurrency', { concurrency: 2 })
      await app.dispatcher.idle()
    }
  })

  it('2: a run that was being cancelled when its process died is cancelled by the next, and blocks nobody', async () => {
    await app.process(await jpeg())
    await tell(app, 'setConcurrency', { concurrency: 0 })
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL' })
    await app.dispatcher.idle()
    const dead = { status: 'RUNNING', leaseToken: 'dead', leaseExpiresAt: new Date(Date.now() + 60_000) } as const
    await app.db.task.updateMany({ where: { runId: databaseId(run.id) }, data: dead })
    await app.db.run.update({
      where: { id: databaseId(run.id) },
      data: { status: 'CANCELLING', cancellingAt: new Date() },
    })
    await eventually('the run is cancelled', async () => (await runOf(run.id)).status === 'CANCELLED')
    expect(await tell(app, 'reprocessImages', { scope: 'ALL' })).toMatchObject({ __typename: 'StartRunPayload' })
  })

  it('3: an image that failed for good is not tried again until somebody asks', async () => {
    await app.process(await damagedJpeg())
    const before = [await app.db.run.count(), await app.db.task.count(), await app.db.runEvent.count()]
    for (let time = 0; time < 5; time += 1) {
      app.dispatcher.wake()
      await app.dispatcher.idle()
    }
    expect([await app.db.run.count(), await app.db.task.count(), await app.db.runEvent.count()]).toEqual(before)
  })

  it('4: a run in which everything failed is FAILED, and says why', async () => {
    await app.db.image.createMany({ data: [imageRow(), imageRow()] })
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['presets'] })
    await app.dispatcher.idle()
    expect(await runOf(run.id)).toMatchObject({
      status: 'FAILED',
      outcome: 'ALL_FAILED',
      lastError: expect.stringMatching(
        /^Every task failed, most of them so: The original of .* is gone from storage or damaged; send the photo again\.$/,
      ),
    })
  })

  it('5: a changed recipe never writes to a URL that was published', () => {
    const recipe = findRecipe('responsive')
    const image = { width: 3000, height: 2000, sha256: 'a'.repeat(64) }
    const changes = [
      { ...recipe, revision: recipe.revision + 1 },
      { ...recipe, outputs: recipe.outputs.map((output) => ({ ...output, quality: 51 })) },
      { ...recipe, outputs: recipe.outputs.map((output) => ({ ...output, effort: 3 })) },
    ]
    const keys = [recipe, ...changes].flatMap((each) => planUnits(each as typeof recipe, image).map(({ key }) => key))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('6: to cancel what has just succeeded changes nothing', async () => {
    await using engine = await createEngine()
    const run = await engine.start(1)
    const claim = await engine.mustClaim()
    await Promise.all(
      [engine.tasks.succeed(claim), engine.runs.cancel(run.id, null, itself)].map((each) => each.catch(() => {})),
    )
    const row = await engine.db.run.findUniqueOrThrow({ where: { id: run.id } })
    expect(['SUCCEEDED', 'CANCELLED']).toContain(row.status)
    const ends = { where: { runId: run.id, type: { in: ['SUCCEEDED', 'CANCELLED'] as const } } }
    expect(
      await engine.db.runEvent.count({ where: { runId: ends.where.runId, type: { in: [...ends.where.type.in] } } }),
    ).toBe(1)
    const again = await engine.runs.cancel(run.id, null, itself)
    expect(again.status).toBe(row.status)
  })

  it('7: a worker slower than its lease changes nothing once another has taken over', async () => {
    await using engine = await createEngine(1)
    await engine.start(1)
    const slow = await engine.mustClaim()
    await sleep(5)
    await engine.claims.reap()
    const next = await engine.mustClaim()
    await expect(engine.tasks.check(slow)).rejects.toThrow('is lost')
    await expect(engine.tasks.succeed(slow)).rejects.toThrow('is lost')
    await engine.tasks.succeed(next)
  })

  it('8: a truncated file is refused', async () => {
    const bytes = await photo('dragonfly-square.jpg')
    expect(await app.upload(bytes.subarray(0, bytes.byteLength / 2))).toMatchObject({ code: 'CORRUPT_IMAGE' })
  })

  it('9: what a file is, its bytes say, not its name or declared type', async () => {
    expect(await app.upload(Buffer.from('<html>not a picture</html>'), { filename: 'photo.jpg' })).toMatchObject({
      code: 'UNSUPPORTED_IMAGE_TYPE',
    })
  })

  it('10: what was made of a deleted image is deleted too', async () => {
    const { image } = await app.process(await jpeg())
    await app.gql(`mutation { deleteImage(input: { id: "${image.id}" }) { __typename } }`)
    await app.gql('mutation { collectGarbage { variants } }')
    expect(await readdir(path.join(app.dir, 'images'), { recursive: true, withFileTypes: true })).not.toContainEqual(
      expect.objectContaining({ name: expect.stringContaining('.') }),
    )
    expect(await readdir(path.join(app.dir, 'private', 'originals'))).toEqual([])
  })

  it('11: every failure is kept, with its attempts and stage, not only the last twenty', async () => {
    await app.db.image.createMany({ data: Array.from({ length: 30 }, imageRow) })
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['presets'] })
    await app.dispatcher.idle()
    const query = `{ run(id: "${run.id}") { tasks(status: [FAILED], first: 100) {
      totalCount nodes { subject attempt errorStage errorCode errorMessage } } } }`
    const { run: shown } = await app.gql<{ run: { tasks: { totalCount: number; nodes: object[] } } }>(query)
    expect(shown.tasks.totalCount).toBe(30)
    expect(new Set(shown.tasks.nodes.map((node) => JSON.stringify(node))).size).toBe(30)
    for (const node of shown.tasks.nodes) {
      expect(node).toMatchObject({ attempt: 1, errorStage: 'FETCH', errorCode: 'CORRUPT_IMAGE' })
    }
  })

  it('12: a run goes to its end though nobody watches or asks', async () => {
    const { run } = await app.upload(await jpeg())
    expect(app.bell.listenerCount).toBe(0)
    const ended = { where: { id: databaseId(run.id), finishedAt: { not: null } } }
    await eventually('the run is over', async () => (await app.db.run.count(ended)) > 0)
    expect(await runOf(run.id)).toMatchObject({ status: 'SUCCEEDED' })
  })
})
