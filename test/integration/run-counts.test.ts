import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'
import { queriesOf } from '../support/queries.ts'
import { imageRow } from '../support/rows.ts'

const counts = 'waitingCount activeCount retryingCount succeededCount skippedCount failedCount cancelledCount'

type Counts = Record<string, number> & { totalCount: number }

const sumOf = ({ totalCount, ...parts }: Counts) => Object.values(parts).reduce((sum, count) => sum + count, 0)

describe(`the counts of a run on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp()
  })
  afterEach(() => app[Symbol.asyncDispose]())

  /** A run over images without originals, of which nothing is in work. */
  async function waitingRun(images: number): Promise<string> {
    await tell(app, 'setConcurrency', { concurrency: 0 })
    const data = Array.from({ length: images }, imageRow)
    await app.db.image.createMany({ data: data.map((row) => ({ ...row, searchKey: 'photo' })) })
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['presets'] })
    await app.dispatcher.idle()
    return run.id
  }

  const countsOf = async (id: string) =>
    (await app.gql<{ run: Counts }>(`{ run(id: "${id}") { totalCount ${counts} } }`)).run

  /** Each given change to the next task. */
  async function change(id: string, changes: Parameters<typeof app.db.task.updateMany>[0]['data'][]) {
    for (const [index, data] of changes.entries()) {
      await app.db.task.updateMany({ where: { runId: databaseId(id), position: index + 1 }, data })
    }
  }

  const later = new Date(Date.now() + 3_600_000)
  const running = { status: 'RUNNING', leaseToken: 'theirs', leaseExpiresAt: later, attempt: 1 } as const
  const retrying = { status: 'RETRYING', nextAttemptAt: later, attempt: 1 } as const

  it('tell what waits, what is in work and what is tried again', async () => {
    const id = await waitingRun(6)
    expect(await countsOf(id)).toMatchObject({ totalCount: 6, waitingCount: 6, activeCount: 0, retryingCount: 0 })
    await change(id, [running, retrying, retrying])
    expect(await countsOf(id)).toMatchObject({ totalCount: 6, waitingCount: 3, activeCount: 1, retryingCount: 2 })
  })

  it('add up to its total in every answer while it goes on, and at its end', async () => {
    await app.process(await jpeg(), { recipes: ['presets'] })
    const id = await waitingRun(40)
    await tell(app, 'setConcurrency', { concurrency: 4 })
    const idle = app.dispatcher.idle().then(() => true)
    const seen: Counts[] = []
    do seen.push(await countsOf(id))
    while (!(await Promise.race([idle, false])))
    for (const sample of seen) expect(sumOf(sample)).toBe(sample.totalCount)
    expect(await countsOf(id)).toMatchObject({
      totalCount: 41,
      skippedCount: 1,
      failedCount: 40,
      waitingCount: 0,
      activeCount: 0,
      retryingCount: 0,
    })
  })

  it('of many runs are one query, and of those that are over none', async () => {
    for (let n = 0; n < 3; n += 1) await app.process(await jpeg(), { recipes: ['presets'] })
    const ask = async () => {
      const { runs } = await app.gql<{ runs: { nodes: Counts[] } }>(`{ runs { nodes { totalCount ${counts} } } }`)
      for (const run of runs.nodes) expect(sumOf(run)).toBe(run.totalCount)
    }
    const before = await queriesOf(app, ask)
    await tell(app, 'setConcurrency', { concurrency: 0 })
    for (let n = 0; n < 3; n += 1) await app.upload(await jpeg(), { recipes: ['artist'] })
    expect(await queriesOf(app, ask)).toBe(before + 1)
  })

  it('lead to what failed, by code, with what the first of each has said', async () => {
    const id = await waitingRun(4)
    await tell(app, 'setConcurrency', { concurrency: 2 })
    await app.dispatcher.idle()
    const other = {
      errorCode: 'STORAGE_UNAVAILABLE',
      errorMessage: 'It is away.',
      errorStage: 'STORE',
      retryable: true,
    } as const
    await change(id, [other])
    const fields = 'failures { code count message stage retryable }'
    const { run } = await app.gql<{ run: { failures: object[] } }>(`{ run(id: "${id}") { ${fields} } }`)
    expect(run.failures).toEqual([
      { code: 'CORRUPT_IMAGE', count: 3, message: expect.stringMatching(/gone/), stage: 'FETCH', retryable: false },
      { code: 'STORAGE_UNAVAILABLE', count: 1, message: 'It is away.', stage: 'STORE', retryable: true },
    ])
  })

  it('lead to the runs that do its tasks once more', async () => {
    const { run } = await app.process(await damagedJpeg(), { recipes: ['presets'] })
    const retries: string[] = []
    for (let n = 0; n < 2; n += 1) {
      retries.push((await tell(app, 'retryRun', { id: run.id })).run.id)
      await app.dispatcher.idle()
    }
    const found = await app.gql<{ run: object }>(`{ run(id: "${run.id}") { retries { id } parent { id } } }`)
    expect(found.run).toEqual({ retries: retries.map((id) => ({ id })), parent: null })
  })
})

describe(`the tasks of a run on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp()
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const query = `query ($id: ID!, $errorCode: [ErrorCode!], $search: String) {
    run(id: $id) { tasks(errorCode: $errorCode, search: $search) { totalCount nodes { subject } } }
  }`

  async function subjects(id: string, filter: object): Promise<string[]> {
    const { run } = await app.gql<{ run: { tasks: { totalCount: number; nodes: { subject: string }[] } } }>(query, {
      id,
      ...filter,
    })
    expect(run.tasks.totalCount).toBe(run.tasks.nodes.length)
    return run.tasks.nodes.map(({ subject }) => subject)
  }

  it('are found by a part of their subject in any case, and by what went wrong', async () => {
    for (const filename of ['Été_Live-1.JPG', 'winter.jpg']) await app.process(await jpeg(), { filename })
    await app.process(await damagedJpeg(), { filename: 'live-2.jpg' })
    const { run } = await tell(app, 'reprocessImages', { scope: 'ALL', recipes: ['artist'] })
    await app.dispatcher.idle()
    expect(await subjects(run.id, { search: 'LIVE' })).toEqual(['Été_Live-1.JPG', 'live-2.jpg'])
    expect(await subjects(run.id, { search: 'été_live' })).toEqual(['Été_Live-1.JPG'])
    expect(await subjects(run.id, { search: '%' })).toEqual([])
    expect(await subjects(run.id, { errorCode: ['CORRUPT_IMAGE'] })).toEqual(['live-2.jpg'])
    expect(await subjects(run.id, { errorCode: ['CORRUPT_IMAGE'], search: 'winter' })).toEqual([])
    const { run: retried } = await tell(app, 'retryRun', { id: run.id })
    await app.dispatcher.idle()
    expect(await subjects(retried.id, { search: 'Live-2' })).toEqual(['live-2.jpg'])
  })
})
