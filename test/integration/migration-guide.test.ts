import { readFile } from 'node:fs/promises'
import { getOperationAST, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { jpeg } from '../support/images.ts'
import { createOlderUploadClient } from '../support/older-upload.ts'
import { graphqlIn } from '../support/pages.ts'

const operations = graphqlIn(await readFile('docs/migration.md', 'utf8'))
const nameOf = (operation: string) => getOperationAST(parse(operation))?.name?.value ?? ''

let app: TestApp
const variables: { runId?: string } = {}
beforeAll(async () => {
  app = await createTestApp()
  const { run } = await app.process(await jpeg(), { recipes: ['presets'] })
  variables.runId = run.id
})
afterAll(() => app[Symbol.asyncDispose]())

describe('what the guide for users of the older systems says', () => {
  it.each([
    ['PreviewCount', { runPreview: { totalCount: 0 } }],
    ['Runs', { active: { nodes: [] }, recent: { nodes: [] } }],
    ['OneRun', { run: { status: 'SUCCEEDED', outcome: 'CLEAN', totalCount: 1, recentIssues: { nodes: [] } } }],
    ['StartRun', { reprocessImages: { code: 'NO_IMAGES_MATCHED' } }],
    ['CancelRun', { cancelRun: { status: 'SUCCEEDED', cancelledCount: 0 } }],
  ])('%s runs', async (name, expected) => {
    const operation = operations.find((each) => nameOf(each) === name) ?? ''
    expect(await app.gql(operation, variables)).toMatchObject(expected)
  })

  it('leaves no example out', () => {
    expect(operations.map(nameOf)).toEqual(['PreviewCount', 'Runs', 'OneRun', 'StartRun', 'CancelRun'])
  })

  it('is true of jobs: each is a run of that id', async () => {
    const { job_id } = await createOlderUploadClient(app).process(await jpeg())
    const id = Buffer.from(`ProcessingRun:${job_id}`).toString('base64')
    expect(databaseId(id)).toBe(job_id)
    const { run } = await app.gql<{ run: object }>('query ($id: ID!) { run(id: $id) { kind status } }', { id })
    expect(run).toEqual({ kind: 'UPLOAD', status: 'SUCCEEDED' })
  })
})
