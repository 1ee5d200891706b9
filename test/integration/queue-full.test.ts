import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { form } from '../support/older-upload.ts'
import { announce, facts } from '../support/uploads.ts'

const refusal = '__typename ... on Error { code message retryable } ... on QueueFullError { retryAfterSeconds }'

describe(`a queue with room for two, on ${provider}`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp({ env: { QUEUE_LIMIT: '2', CONCURRENCY: '0', DEFAULT_RECIPES: 'artist' } })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function traces() {
    const { image, artist, run, task, upload } = app.db
    const rows = [image, artist, run, task, upload] as { count(): Promise<number> }[]
    return { rows: await Promise.all(rows.map((model) => model.count())), files: await filesBelow(app.dir) }
  }

  const start = async (mutation: string, selection = refusal) =>
    (await app.gql<{ answer: Record<string, unknown> }>(`mutation { answer: ${mutation} { ${selection} } }`)).answer

  it('takes two of many that come at once, and stores nothing of the others', async () => {
    const pictures = await Promise.all([320, 330, 340, 350, 360].map((width) => jpeg(width, 240)))
    const answers = await Promise.all(pictures.map((bytes) => app.upload(bytes)))
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      ...Array(3).fill('QueueFullError'),
      ...Array(2).fill('UploadImagePayload'),
    ])
    expect(await app.db.task.count()).toBe(2)
    expect(await app.db.image.count()).toBe(2)
  })

  it('refuses uploads of every kind, each in its own words, and leaves no trace of them', async () => {
    const before = await traces()
    expect(await app.upload(await jpeg(400, 300))).toMatchObject({
      __typename: 'QueueFullError',
      code: 'QUEUE_FULL',
      message: expect.stringMatching(/^There are 2 tasks waiting, and no more are accepted; try again in \d+ s\.$/),
    })
    expect(await announce(app, [facts(await jpeg(400, 300))])).toMatchObject({ code: 'QUEUE_FULL' })
    const older = await fetch(`${app.url}/images/upload`, { method: 'POST', body: form(await jpeg(400, 300)) })
    expect([older.status, Number(older.headers.get('retry-after')) > 0]).toEqual([503, true])
    expect(await traces()).toEqual(before)
  })

  it('still begins what goes to the other lane, until that is full too', async () => {
    const imports = (name: string) =>
      start(`importImages(input: { urls: ["https://example.com/${name}.jpg"], artistName: "X" })`)
    expect((await imports('a')).__typename).toBe('StartRunPayload')
    expect((await imports('b')).__typename).toBe('StartRunPayload')
    const before = await traces()
    expect(await imports('c')).toEqual({
      __typename: 'QueueFullError',
      code: 'QUEUE_FULL',
      message: expect.any(String),
      retryable: true,
      retryAfterSeconds: expect.any(Number),
    })
    for (const other of [
      'reprocessImages(input: { scope: ALL })',
      'reconcileStorage(input: { fix: false })',
      'scrapeVenues(input: { pages: [{ source: LIV, url: "https://example.com/" }] })',
    ]) {
      expect((await start(other)).__typename, other).toBe('QueueFullError')
    }
    expect(await traces()).toEqual(before)
  })

  it('takes more once there is room', async () => {
    // nobody is to be asked for what was to be imported
    const { runs } = await app.gql<{ runs: { nodes: { id: string }[] } }>('{ runs(kind: [IMPORT]) { nodes { id } } }')
    for (const { id } of runs.nodes) await start(`cancelRun(input: { id: "${id}" })`, '__typename')
    await app.gql('mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
    const unfinished = () => app.db.run.count({ where: { kind: 'UPLOAD', finishedAt: null } })
    await eventually('the uploads are processed', async () => (await unfinished()) === 0)
    expect((await app.upload(await jpeg(420, 300))).__typename).toBe('UploadImagePayload')
  })
})

describe('a queue with room for two', () => {
  let app: TestApp
  beforeEach(async () => {
    app = await createTestApp({ env: { QUEUE_LIMIT: '2', CONCURRENCY: '0' } })
  })
  afterEach(() => app[Symbol.asyncDispose]())

  async function importing(count: number) {
    const urls = Array.from({ length: count }, () => `https://example.com/${randomUUID()}.jpg`)
    const input = `{ urls: ${JSON.stringify(urls)}, artistName: "X" }`
    const mutation = `mutation { importImages(input: ${input}) { __typename } }`
    return (await app.gql<{ importImages: { __typename: string } }>(mutation)).importImages.__typename
  }

  it('is full with the first of many that come at once and bring more than there is room for', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => importing(3)))
    expect(answers.sort()).toEqual([...Array(4).fill('QueueFullError'), 'StartRunPayload'])
  })

  it('is full with twenty tasks of paused runs', async () => {
    expect(await importing(19)).toBe('StartRunPayload')
    await app.db.run.updateMany({ data: { pausedAt: new Date() } })
    await expect.poll(() => importing(1), { timeout: 10_000 }).toBe('StartRunPayload')
    await app.db.run.updateMany({ data: { pausedAt: new Date() } })
    await sleep(1_000)
    expect(await importing(1)).toBe('QueueFullError')
  })
})
