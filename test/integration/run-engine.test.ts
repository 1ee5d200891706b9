import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { itself } from '../../src/services/asker.ts'
import type { Claim } from '../../src/services/claims.ts'
import { startImageRun } from '../../src/services/runs.ts'
import { LeaseLostError, voidLeases } from '../../src/services/task-states.ts'
import type { WantedSet } from '../../src/services/variant-sets.ts'
import { provider } from '../support/databases.ts'
import { createEngine, expectConsistent, failure, uploadScope } from '../support/engine.ts'

/** A variant of a set as if it were in storage. */
function stored(set: WantedSet, index: number) {
  const unit = set.units[index]
  if (!unit) throw new Error('There is no such unit.')
  const { name, format, mimeType, width, height, key } = unit
  const variant = { name, format, mimeType, width, height, key, byteSize: 1, sha256: 'x', encoder: 'none' }
  return { set, variant, share: 0.5 }
}

describe(`the run engine on ${provider}`, () => {
  it('takes a run from queued to succeeded, event by event', async () => {
    await using engine = await createEngine()
    const run = await engine.start(2)
    expect(run).toMatchObject({ status: 'QUEUED', totalCount: 2 })
    for (let task = 0; task < 2; task += 1) {
      const claim = await engine.mustClaim()
      await engine.tasks.succeed(claim)
      await expectConsistent(engine.db, run.id)
    }
    expect(await engine.claims.claim()).toBeNull()
    const events = await engine.db.runEvent.findMany({ where: { runId: run.id }, orderBy: { seq: 'asc' } })
    expect(events.map((event) => event.type)).toEqual([
      'QUEUED',
      'PLANNED',
      'STARTED',
      'TASK_STARTED',
      'TASK_SUCCEEDED',
      'TASK_STARTED',
      'TASK_SUCCEEDED',
      'SUCCEEDED',
    ])
    expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'CLEAN',
      succeededCount: 2,
    })
  })

  it.each([
    [['succeed', 'fail'], 'SUCCEEDED', 'WITH_FAILURES'],
    [['fail', 'fail'], 'FAILED', 'ALL_FAILED'],
    [['skip', 'skip'], 'SUCCEEDED', 'NOTHING_TO_DO'],
    [['skip', 'succeed'], 'SUCCEEDED', 'CLEAN'],
  ] as const)('ends a run of %s as %s, %s', async (ends, status, outcome) => {
    await using engine = await createEngine()
    const run = await engine.start(2)
    for (const end of ends) {
      const claim = await engine.mustClaim()
      if (end === 'succeed') await engine.tasks.succeed(claim)
      if (end === 'skip') await engine.tasks.skip(claim, 'nothing')
      if (end === 'fail') await engine.tasks.fail(claim, failure)
    }
    expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ status, outcome })
    await expectConsistent(engine.db, run.id)
  })

  it('ends a run WITH_ISSUES when an image had a warning, or a task needed another attempt', async () => {
    await using engine = await createEngine()
    const facts = { hasAlpha: false, thumbHash: '', dominantColor: '#000000', sharpness: 1, perceptualHash: '0' }
    for (const cause of ['nothing', 'warning', 'attempt']) {
      const run = await engine.start(1)
      if (cause === 'attempt') await engine.tasks.retry(await engine.mustClaim(), failure, new Date(0))
      const claim = await engine.mustClaim()
      const warnings = cause === 'warning' ? ['Animation is lost.'] : []
      await engine.tasks.record(claim, { facts: { ...facts, warnings }, variants: [] })
      await engine.tasks.succeed(claim)
      const outcome = cause === 'nothing' ? 'CLEAN' : 'WITH_ISSUES'
      expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ status: 'SUCCEEDED', outcome })
    }
  })

  it('gives each task to one of many that claim at once', async () => {
    await using engine = await createEngine()
    const run = await engine.start(20)
    const claimed = await Promise.all(Array.from({ length: 30 }, () => engine.claims.claim()))
    const again: (Claim | null)[] = []
    // a claimer that met another on the same row looks again, as the dispatcher does
    while (again.at(-1) !== null) again.push(await engine.claims.claim())
    const ids = [...claimed, ...again].flatMap((claim) => claim?.taskId ?? [])
    expect(ids).toHaveLength(20)
    expect(new Set(ids).size).toBe(20)
    await expectConsistent(engine.db, run.id)
  })

  it('lets a worker whose lease was taken over change nothing', async () => {
    await using engine = await createEngine(1)
    const run = await engine.start(1)
    const slow = await engine.mustClaim()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await engine.claims.reap()).toBe(1)
    const next = await engine.mustClaim()
    expect(next).toMatchObject({ taskId: slow.taskId, attempt: 1 })
    await expect(engine.tasks.succeed(slow)).rejects.toThrow(LeaseLostError)
    await expect(engine.tasks.fail(slow, failure)).rejects.toThrow(LeaseLostError)
    await expect(engine.tasks.requeue(slow)).rejects.toThrow(LeaseLostError)
    await engine.tasks.succeed(next)
    await expect(engine.tasks.fail(next, failure)).rejects.toThrow(LeaseLostError)
    expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({
      status: 'SUCCEEDED',
      succeededCount: 1,
      failedCount: 0,
    })
    await expectConsistent(engine.db, run.id)
  })

  it('keeps a lease alive that is renewed, and no other', async () => {
    await using engine = await createEngine(300)
    await engine.start(2)
    const [kept, lost] = [await engine.mustClaim(), await engine.mustClaim()]
    for (let time = 0; time < 4; time += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await engine.claims.renew([kept.token])
    }
    expect(await engine.claims.reap()).toBe(1)
    await engine.tasks.succeed(kept)
    await expect(engine.tasks.succeed(lost)).rejects.toThrow(LeaseLostError)
  })

  it('ends every lease of the process before it', async () => {
    await using engine = await createEngine()
    const run = await engine.start(2)
    await engine.mustClaim()
    await voidLeases(engine.db)
    expect(await engine.claims.reap()).toBe(1)
    expect(await engine.db.task.count({ where: { status: 'QUEUED' } })).toBe(2)
    await expectConsistent(engine.db, run.id)
  })

  it('does not give a task out before its time', async () => {
    await using engine = await createEngine()
    await engine.start(1)
    await engine.tasks.retry(await engine.mustClaim(), failure, new Date(Date.now() + 60_000))
    expect(await engine.claims.claim()).toBeNull()
    const task = await engine.db.task.findFirstOrThrow()
    expect(task).toMatchObject({ status: 'RETRYING', errorCode: 'STORAGE_UNAVAILABLE', attempt: 1, leaseToken: null })
    await engine.db.task.update({ where: { id: task.id }, data: { nextAttemptAt: new Date() } })
    expect(await engine.mustClaim()).toMatchObject({ attempt: 2 })
  })

  it('does not let two tasks work on one image', async () => {
    await using engine = await createEngine()
    const images = await engine.createImages(1)
    for (let run = 0; run < 2; run += 1)
      await engine.db.$transaction((tx) => startImageRun(tx, uploadScope, images, itself))
    const claims = await Promise.all([engine.claims.claim(), engine.claims.claim(), engine.claims.claim()])
    const [first, ...others] = claims.filter((claim) => claim !== null)
    if (!first) throw new Error('nobody got it')
    expect(others).toEqual([])
    expect(await engine.claims.claim()).toBeNull()
    await engine.tasks.succeed(first)
    expect(await engine.mustClaim()).toMatchObject({ image: { id: images[0]?.id } })
  })

  it('serves runs in turn, and uploads before what is in the background', async () => {
    await using engine = await createEngine()
    const runs = [await engine.start(2), await engine.start(2), await engine.start(2)]
    const names = new Map(runs.map((run, index) => [run.id, 'abc'[index]]))
    await engine.db.run.update({ where: { id: runs[0]?.id ?? '' }, data: { lane: 1 } })
    const order: (string | undefined)[] = []
    for (let claim = 0; claim < 6; claim += 1) order.push(names.get((await engine.mustClaim()).runId))
    expect(order.join('')).toBe('bcbcaa')
  })

  it('takes nothing from a run that is paused', async () => {
    await using engine = await createEngine()
    const run = await engine.start(1)
    await engine.db.run.update({ where: { id: run.id }, data: { pausedAt: new Date() } })
    expect(await engine.claims.claim()).toBeNull()
  })

  it('tries again first what is due, then what waits', async () => {
    await using engine = await createEngine()
    await engine.start(3)
    const first = await engine.mustClaim()
    await engine.tasks.retry(first, failure, new Date(Date.now() - 1))
    expect((await engine.mustClaim()).taskId).toBe(first.taskId)
  })

  it('accuses no task of the end of a service, however often that happens', async () => {
    await using engine = await createEngine()
    const run = await engine.start(1)
    for (let death = 0; death < 20; death += 1) {
      await engine.mustClaim()
      await voidLeases(engine.db)
      expect(await engine.claims.reap()).toBe(1)
    }
    const claim = await engine.mustClaim()
    expect(claim).toMatchObject({ attempt: 1, crashes: 0, suspect: false })
    await engine.tasks.succeed(claim)
    expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ outcome: 'CLEAN' })
  })

  it('counts no work twice when a task is tried again', async () => {
    await using engine = await createEngine()
    const run = await engine.start(1)
    const done = async () => (await engine.db.run.findUniqueOrThrow({ where: { id: run.id } })).doneWork
    for (const left of [1, 0.5]) {
      const claim = await engine.mustClaim()
      expect(claim.workLeft).toBeCloseTo(left)
      const [set] = await engine.tasks.prepare(claim, () => ['presets'])
      if (!set) throw new Error('no set')
      await engine.tasks.record(claim, { facts: null, variants: [stored(set, 0)] })
      await engine.tasks.retry(claim, failure, new Date(0))
    }
    expect(await done()).toBeCloseTo(0.75)
    await engine.tasks.succeed(await engine.mustClaim())
    expect(await done()).toBeCloseTo(1)
  })

  it('says when the first variant could be shown, and records those that come with the end', async () => {
    await using engine = await createEngine()
    await engine.start(1)
    const claim = await engine.mustClaim()
    const [set] = await engine.tasks.prepare(claim, () => ['presets'])
    if (!set) throw new Error('no set')
    const find = () => engine.db.image.findUniqueOrThrow({ where: { id: claim.image.id } })
    await engine.tasks.record(claim, { facts: null, variants: [stored(set, 0)] })
    const { usableAt } = await find()
    expect(usableAt).toEqual(expect.any(Date))
    await sleep(5)
    await engine.tasks.record(claim, { facts: null, variants: [stored(set, 1)] })
    expect(await find()).toMatchObject({ usableAt, readyAt: null })
    await engine.tasks.succeed(claim, { facts: null, variants: [stored(set, 2)] })
    expect(await find()).toMatchObject({ usableAt, readyAt: expect.any(Date), deadlineMet: true })
    expect(await engine.db.variantSet.findMany({ where: { id: set.id } })).toMatchObject([{ ready: true }])
    const told = await engine.db.runEvent.count({ where: { runId: claim.runId, type: 'VARIANT_STORED' } })
    expect(told).toBe(3)
    await expectConsistent(engine.db, claim.runId)
  })

  it('is over at once when there is nothing to do', async () => {
    await using engine = await createEngine()
    expect(await engine.start(0)).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'NOTHING_TO_DO',
      totalCount: 0,
      eventSeq: 3,
    })
  })
})
