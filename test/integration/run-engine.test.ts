import { describe, expect, it } from 'vitest'
import { createBell } from '../../src/services/bell.ts'
import { type Claim, createClaims } from '../../src/services/claims.ts'
import { type Db, openDb, type Provider } from '../../src/services/db/open-db.ts'
import { dialects } from '../../src/services/db/sql.ts'
import { startImageRun } from '../../src/services/runs.ts'
import { createTasks, LeaseLostError } from '../../src/services/tasks.ts'
import { createTestDatabase, providers } from '../support/databases.ts'
import { imageRow } from '../support/rows.ts'

const scope = { kind: 'UPLOAD' as const, recipes: ['presets'] }
const failure = { code: 'STORAGE_UNAVAILABLE', message: 'no storage', stage: 'STORE', retryable: true } as const

/** The engine over a database, without threads or storage. */
async function createEngine(provider: Provider, leaseMs = 30_000) {
  const database = await createTestDatabase(provider)
  const opened = await openDb(database.url)
  const { db } = opened
  const bell = createBell()
  const createImages = (count: number) =>
    db.image.createManyAndReturn({ data: Array.from({ length: count }, imageRow) })
  return {
    db,
    bell,
    claims: createClaims({ db, dialect: dialects[provider], bell, leaseMs }),
    tasks: createTasks({ db, bell, leaseMs }),
    createImages,
    async start(count: number) {
      const created = await createImages(count)
      return db.$transaction((tx) => startImageRun(tx, scope, created))
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

type Engine = Awaited<ReturnType<typeof createEngine>>

async function mustClaim({ claims }: Engine): Promise<Claim> {
  const claim = await claims.claim()
  if (!claim) throw new Error('There is nothing to claim.')
  return claim
}

/** Promises 4 and 5 of a run: counters that a recount confirms, and events without a gap. */
async function expectConsistent(db: Db, runId: string): Promise<void> {
  const run = await db.run.findUniqueOrThrow({
    where: { id: runId },
    include: { tasks: true, events: { orderBy: { seq: 'asc' } } },
  })
  const count = (status: string) => run.tasks.filter((task) => task.status === status).length
  expect([run.succeededCount, run.skippedCount, run.failedCount, run.cancelledCount]).toEqual(
    ['SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED'].map(count),
  )
  expect(run.processedCount).toBe(run.succeededCount + run.skippedCount + run.failedCount + run.cancelledCount)
  expect(run.totalCount).toBe(run.tasks.length)
  expect(run.events.map((event) => event.seq)).toEqual(
    Array.from({ length: run.eventSeq }, (_each, index) => index + 1),
  )
}

describe.each(providers)('the run engine on %s', (provider) => {
  it('takes a run from queued to succeeded, event by event', async () => {
    await using engine = await createEngine(provider)
    const run = await engine.start(2)
    expect(run).toMatchObject({ status: 'QUEUED', totalCount: 2 })
    for (let task = 0; task < 2; task += 1) {
      const claim = await mustClaim(engine)
      await engine.tasks.succeed(claim, { DECODE: 12 })
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
    await using engine = await createEngine(provider)
    const run = await engine.start(2)
    for (const end of ends) {
      const claim = await mustClaim(engine)
      if (end === 'succeed') await engine.tasks.succeed(claim, {})
      if (end === 'skip') await engine.tasks.skip(claim, 'nothing')
      if (end === 'fail') await engine.tasks.fail(claim, failure)
    }
    expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ status, outcome })
    await expectConsistent(engine.db, run.id)
  })

  it('gives each task to one of many that claim at once', async () => {
    await using engine = await createEngine(provider)
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
    await using engine = await createEngine(provider, 1)
    const run = await engine.start(1)
    const slow = await mustClaim(engine)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await engine.claims.reap()).toBe(1)
    const next = await mustClaim(engine)
    expect(next).toMatchObject({ taskId: slow.taskId, attempt: 1 })
    await expect(engine.tasks.succeed(slow, {})).rejects.toThrow(LeaseLostError)
    await expect(engine.tasks.fail(slow, failure)).rejects.toThrow(LeaseLostError)
    await expect(engine.tasks.requeue(slow, { crashed: false })).rejects.toThrow(LeaseLostError)
    await engine.tasks.succeed(next, {})
    await expect(engine.tasks.fail(next, failure)).rejects.toThrow(LeaseLostError)
    expect(await engine.db.run.findUnique({ where: { id: run.id } })).toMatchObject({
      status: 'SUCCEEDED',
      succeededCount: 1,
      failedCount: 0,
    })
    await expectConsistent(engine.db, run.id)
  })

  it('keeps a lease alive that is renewed, and no other', async () => {
    await using engine = await createEngine(provider, 300)
    await engine.start(2)
    const [kept, lost] = [await mustClaim(engine), await mustClaim(engine)]
    for (let time = 0; time < 4; time += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await engine.claims.renew([kept.token])
    }
    expect(await engine.claims.reap()).toBe(1)
    await engine.tasks.succeed(kept, {})
    await expect(engine.tasks.succeed(lost, {})).rejects.toThrow(LeaseLostError)
  })

  it('ends every lease of the process before it', async () => {
    await using engine = await createEngine(provider)
    const run = await engine.start(2)
    await mustClaim(engine)
    await engine.claims.voidLeases()
    expect(await engine.claims.reap()).toBe(1)
    expect(await engine.db.task.count({ where: { status: 'QUEUED' } })).toBe(2)
    await expectConsistent(engine.db, run.id)
  })

  it('does not give a task out before its time', async () => {
    await using engine = await createEngine(provider)
    await engine.start(1)
    await engine.tasks.retry(await mustClaim(engine), failure, new Date(Date.now() + 60_000))
    expect(await engine.claims.claim()).toBeNull()
    const task = await engine.db.task.findFirstOrThrow()
    expect(task).toMatchObject({ status: 'RETRYING', errorCode: 'STORAGE_UNAVAILABLE', attempt: 1, leaseToken: null })
    await engine.db.task.update({ where: { id: task.id }, data: { nextAttemptAt: new Date() } })
    expect(await mustClaim(engine)).toMatchObject({ attempt: 2 })
  })

  it('does not let two tasks work on one image', async () => {
    await using engine = await createEngine(provider)
    const [image] = await engine.createImages(1)
    if (!image) throw new Error('no image')
    for (let run = 0; run < 2; run += 1) await engine.db.$transaction((tx) => startImageRun(tx, scope, [image]))
    const first = await mustClaim(engine)
    expect(await engine.claims.claim()).toBeNull()
    await engine.tasks.succeed(first, {})
    expect(await mustClaim(engine)).toMatchObject({ image: { id: image.id } })
  })

  it('serves runs in turn, and uploads before what is in the background', async () => {
    await using engine = await createEngine(provider)
    const runs = [await engine.start(2), await engine.start(2), await engine.start(2)]
    const names = new Map(runs.map((run, index) => [run.id, 'abc'[index]]))
    await engine.db.run.update({ where: { id: runs[0]?.id ?? '' }, data: { lane: 1 } })
    const order: (string | undefined)[] = []
    for (let claim = 0; claim < 6; claim += 1) order.push(names.get((await mustClaim(engine)).runId))
    expect(order.join('')).toBe('bcbcaa')
  })

  it('takes nothing from a run that is paused', async () => {
    await using engine = await createEngine(provider)
    const run = await engine.start(1)
    await engine.db.run.update({ where: { id: run.id }, data: { pausedAt: new Date() } })
    expect(await engine.claims.claim()).toBeNull()
  })

  it('is over at once when there is nothing to do', async () => {
    await using engine = await createEngine(provider)
    expect(await engine.start(0)).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'NOTHING_TO_DO',
      totalCount: 0,
      eventSeq: 3,
    })
  })
})
