import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { damagedJpeg, jpeg } from '../support/images.ts'

const tasksQuery = `query ($status: [TaskStatus!], $errorCode: [ErrorCode!], $first: Int, $after: String) {
  tasks(status: $status, errorCode: $errorCode, first: $first, after: $after) {
    totalCount
    nodes { subject status errorCode run { id eventSeq } }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Answer {
  tasks: {
    totalCount: number
    nodes: { subject: string; status: string; errorCode: string | null; run: { id: string; eventSeq: number } }[]
    pageInfo: { hasNextPage: boolean; endCursor: string }
  }
}

describe(`the tasks of all runs on ${provider}`, () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp()
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const ask = async (variables: object = {}) => (await app.gql<Answer>(tasksQuery, { ...variables })).tasks

  it('are told newest first, those that failed by what went wrong, each with its run', async () => {
    await app.process(await jpeg(), { filename: 'good.jpg' })
    const { run } = await app.process(await damagedJpeg(), { filename: 'bad.jpg' })
    expect((await ask()).nodes.map(({ subject }) => subject)).toEqual(['bad.jpg', 'good.jpg'])
    for (const filter of [{ status: ['FAILED'] }, { errorCode: ['CORRUPT_IMAGE'] }]) {
      expect(await ask(filter)).toMatchObject({
        totalCount: 1,
        nodes: [{ subject: 'bad.jpg', status: 'FAILED', errorCode: 'CORRUPT_IMAGE', run: { id: run.id } }],
      })
    }
    expect((await ask({ status: ['CANCELLED'] })).totalCount).toBe(0)
  })

  it('come in pages', async () => {
    for (const filename of ['a.jpg', 'b.jpg', 'c.jpg']) await app.process(await jpeg(), { filename })
    const { nodes, pageInfo, totalCount } = await ask({ first: 2 })
    expect([nodes.length, pageInfo.hasNextPage, totalCount]).toEqual([2, true, 3])
    const rest = await ask({ first: 2, after: pageInfo.endCursor })
    expect(rest.nodes.map(({ subject }) => subject)).toEqual(['a.jpg'])
  })

  it('name runs that have as many events as eventSeq says', async () => {
    await app.process(await jpeg())
    const [task] = (await ask()).nodes
    expect(await app.db.runEvent.count()).toBe(task?.run.eventSeq)
  })
})
