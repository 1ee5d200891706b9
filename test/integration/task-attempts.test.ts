import { describe, expect, it } from 'vitest'
import { attemptsOf } from '../../src/services/task-attempts.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId, tell } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { createEngine, type Engine } from '../support/engine.ts'
import { jpeg } from '../support/images.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'

const attempts = `attempts { number startedAt finishedAt outcome errorCode errorMessage errorStage
  durations { stage milliseconds } }`

interface Attempt {
  number: number
  startedAt: string
  finishedAt: string
  outcome: string
  errorCode: string | null
  errorMessage: string | null
  errorStage: string | null
  durations: { stage: string; milliseconds: number }[]
}

interface ShownTask {
  id: string
  subject: string
  attempts: Attempt[]
  durations: Attempt['durations']
}

const mutation = `mutation ($input: ImportImagesInput!) { importImages(input: $input) {
  ... on StartRunPayload { run { id } } } }`

async function importFrom(app: TestApp, site: PictureSite, paths: string[]): Promise<string> {
  const input = { urls: paths.map(site.url), artistName: 'Carl Cox', recipes: ['presets'] }
  const { importImages } = await app.gql<{ importImages: { run: { id: string } } }>(mutation, { input })
  return importImages.run.id
}

async function tasksOf(app: TestApp, runId: string): Promise<ShownTask[]> {
  const fields = `id subject ${attempts} durations { stage milliseconds }`
  const query = `{ run(id: "${runId}") { tasks { nodes { ${fields} } } } }`
  return (await app.gql<{ run: { tasks: { nodes: ShownTask[] } } }>(query)).run.tasks.nodes
}

describe(`the attempts at a task on ${provider}`, () => {
  const withSite = async (use: (app: TestApp, site: PictureSite) => Promise<void>) => {
    await using site = await startPictureSite()
    await using app = await createTestApp({ env: { SOURCE_ALLOW: site.host } })
    await use(app, site)
  }

  it('that failed twice and then passed are three, whose stages are as long as they took', async () => {
    const body = await jpeg()
    await withSite(async (app, site) => {
      let asked = 0
      site.pages.set('/flaky.jpg', () => {
        asked += 1
        return asked < 3 ? { status: 503 } : { body }
      })
      const run = await importFrom(app, site, ['/flaky.jpg'])
      await app.dispatcher.idle()
      const [task] = await tasksOf(app, run)
      const failed = {
        outcome: 'RETRYING',
        errorCode: 'SOURCE_UNAVAILABLE',
        errorMessage: expect.stringContaining('503'),
        errorStage: 'FETCH',
      }
      expect(task?.attempts).toMatchObject([
        { number: 1, ...failed },
        { number: 2, ...failed },
        { number: 3, outcome: 'SUCCEEDED', errorCode: null, errorMessage: null, errorStage: null },
      ])
      for (const { startedAt, finishedAt, durations } of task?.attempts ?? []) {
        const sum = durations.reduce((all, { milliseconds }) => all + milliseconds, 0)
        const took = Date.parse(finishedAt) - Date.parse(startedAt)
        // both are whole milliseconds
        expect(Math.abs(sum - took)).toBeLessThanOrEqual(Math.max(2, took * 0.05))
      }
      const last = task?.attempts.at(-1)?.durations
      expect(last?.map(({ stage }) => stage)).toEqual(['PREPARE', 'FETCH', 'DECODE', 'ENCODE', 'STORE', 'PERSIST'])
      expect(task?.durations).toEqual(last)
    })
  })

  it('that never passed are four, of which the last has failed', async () => {
    await withSite(async (app, site) => {
      site.pages.set('/down.jpg', { status: 500 })
      const run = await importFrom(app, site, ['/down.jpg'])
      await app.dispatcher.idle()
      const [task] = await tasksOf(app, run)
      expect(task?.attempts.map(({ number, outcome, errorStage }) => [number, outcome, errorStage])).toEqual([
        [1, 'RETRYING', 'FETCH'],
        [2, 'RETRYING', 'FETCH'],
        [3, 'RETRYING', 'FETCH'],
        [4, 'FAILED', 'FETCH'],
      ])
    })
  })

  it('go with the run', async () => {
    await withSite(async (app, site) => {
      site.pages.set('/down.jpg', { status: 500 })
      const run = await importFrom(app, site, ['/down.jpg'])
      await app.dispatcher.idle()
      expect(await app.db.taskAttempt.count()).toBe(3)
      await app.db.run.delete({ where: { id: databaseId(run) } })
      expect(await app.db.taskAttempt.count()).toBe(0)
    })
  })

  const failure = { code: 'STORAGE_UNAVAILABLE', message: 'Away.', stage: 'STORE', retryable: true } as const

  const outcomes = async ({ db }: Engine) => {
    const task = await db.task.findFirstOrThrow({ include: { attempts: { orderBy: { number: 'asc' } } } })
    return attemptsOf(task).map(({ number, outcome }) => `${number} ${outcome}`)
  }

  it('that were taken back are none, and what waits is in none', async () => {
    await using engine = await createEngine()
    await engine.start(1)
    expect(await outcomes(engine)).toEqual([])
    const first = await engine.mustClaim()
    expect(await outcomes(engine)).toEqual(['1 RUNNING'])
    await engine.tasks.park(first, failure, new Date())
    expect(await outcomes(engine)).toEqual([])
    await engine.tasks.retry(await engine.mustClaim(), failure, new Date())
    expect(await outcomes(engine)).toEqual(['1 RETRYING'])
    await engine.tasks.requeue(await engine.mustClaim())
    expect(await outcomes(engine)).toEqual(['1 RETRYING'])
    const second = await engine.mustClaim()
    expect(await outcomes(engine)).toEqual(['1 RETRYING', '2 RUNNING'])
    await engine.tasks.cancel(second)
    expect(await outcomes(engine)).toEqual(['1 RETRYING', '2 CANCELLED'])
  })

  it('that waited when the run was cancelled end as they had', async () => {
    await using engine = await createEngine()
    const run = await engine.start(1)
    await engine.tasks.retry(await engine.mustClaim(), failure, new Date(Date.now() + 60_000))
    await engine.runs.cancel(run.id, null, { name: null, requestId: null })
    expect(await engine.db.task.findFirst()).toMatchObject({ status: 'CANCELLED' })
    expect(await outcomes(engine)).toEqual(['1 RETRYING'])
  })
})

describe(`the tasks of an image on ${provider}`, () => {
  it('are told newest first, in pages', async () => {
    await using app = await createTestApp()
    const { image, run } = await app.process(await jpeg(), { recipes: ['presets'] })
    const runs = [run.id]
    for (let n = 0; n < 2; n += 1) {
      runs.unshift((await tell(app, 'reprocessImages', { scope: 'IMAGES', ids: [image.id] })).run.id)
      await app.dispatcher.idle()
    }
    const fields =
      'tasks(first: $first, after: $after) { totalCount nodes { status run { id } } pageInfo { endCursor } }'
    const query = `query ($id: ID!, $first: Int, $after: String) { image(id: $id) { ${fields} } }`
    interface Page {
      totalCount: number
      nodes: { status: string; run: { id: string } }[]
      pageInfo: { endCursor: string }
    }
    const ask = async (variables: object) =>
      (await app.gql<{ image: { tasks: Page } }>(query, { id: image.id, ...variables })).image.tasks
    const first = await ask({ first: 2 })
    expect([first.totalCount, first.nodes.map((task) => task.status)]).toEqual([3, ['SKIPPED', 'SKIPPED']])
    const rest = await ask({ first: 2, after: first.pageInfo.endCursor })
    expect([...first.nodes, ...rest.nodes].map((task) => task.run.id)).toEqual(runs)
  })
})
