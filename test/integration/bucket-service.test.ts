import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { findRecipe } from '../../src/services/recipes.ts'
import { planUnits } from '../../src/services/units.ts'
import { type BucketApp, createBucketApp } from '../support/bucket-app.ts'
import { expectConsistent } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { jpeg } from '../support/images.ts'
import type { Fault } from '../support/strict-s3/faults.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Promise 3, seen from outside and from inside: every URL is whole, and nothing else lies in the bucket. */
async function expectWhole(app: BucketApp, variants: number): Promise<void> {
  const rows = await app.db.variant.findMany()
  expect(rows).toHaveLength(variants)
  for (const { key, byteSize, sha256: hash, mimeType } of rows) {
    const response = await fetch(`${app.s3.endpoint}/pictures/${key}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect([response.status, bytes.byteLength, sha256(bytes)]).toEqual([200, byteSize, hash])
    expect(response.headers.get('content-type')).toBe(mimeType)
    expect(response.headers.get('cache-control')).toContain('immutable')
  }
  const stored = [...app.s3.objects.keys()].filter((name) => name.startsWith('pictures/'))
  expect(stored.sort()).toEqual(rows.map(({ key }) => `pictures/${key}`).sort())
}

const untilAllRunsEnd = ({ db }: BucketApp) =>
  eventually('all runs have ended', async () => (await db.run.count({ where: { finishedAt: null } })) === 0)

describe('with pictures in a bucket', () => {
  it('stores every variant there, public, and every original, private', async () => {
    await using app = await createBucketApp()
    const { image } = await app.process(await jpeg(), { recipes: ['presets'] })
    await expectWhole(app, 3)
    const answer = await app.gql<{ image: { variants: { url: string }[] } }>(
      'query ($id: ID!) { image(id: $id) { variants { url } } }',
      { id: image.id },
    )
    for (const { url } of answer.image.variants) expect((await fetch(url)).status).toBe(200)
    const { originalKey } = await app.db.image.findFirstOrThrow()
    expect(originalKey).toMatch(/^originals\/[0-9a-f]{32}\.jpg$/)
    expect(app.s3.objects.has(`originals/${originalKey}`)).toBe(true)
    expect((await fetch(`${app.s3.endpoint}/originals/${originalKey}`)).status).toBe(403)
    for (const { headers } of app.s3.log) expect(headers['x-amz-acl']).toBeUndefined()
  })

  it('serves them itself where nothing else does', async () => {
    await using app = await createBucketApp({ PUBLIC_BASE_URL: '' })
    await app.process(await jpeg(), { recipes: ['presets'] })
    const row = await app.db.variant.findFirstOrThrow()
    const response = await fetch(`${app.url}/media/${row.key}`)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(row.sha256)
    const head = await fetch(`${app.url}/media/${row.key}`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(row.byteSize)])
    const { originalKey } = await app.db.image.findFirstOrThrow()
    for (const key of [originalKey, 'images/none.webp']) {
      expect((await fetch(`${app.url}/media/${key}`)).status).toBe(404)
    }
  })

  it('ends whole, with nothing put twice, when one request in five goes wrong', async () => {
    await using app = await createBucketApp({ S3_TIMEOUT_SECONDS: '1', RETRY_BASE_SECONDS: '0' })
    const faults: Fault[] = [
      '409',
      '429',
      '500',
      '503',
      '502 page',
      'reset before body',
      'reset after body',
      'lost answer',
      'truncated GET',
      'stalled GET',
      'stall',
    ]
    const pictures = await Promise.all(Array.from({ length: 67 }, (_each, index) => jpeg(200 + index, 150)))
    // each at least once, whatever chance has in store
    for (const fault of faults) app.s3.failNext(fault)
    app.s3.failAtRandom({ rate: 0.2, seed: 20261121, faults })
    for (const bytes of pictures) await sendUntilTaken(app, bytes)
    await untilAllRunsEnd(app)
    app.s3.failAtRandom(null)

    expect(await app.db.task.groupBy({ by: ['status'], _count: true })).toEqual([{ status: 'SUCCEEDED', _count: 67 }])
    await expectWhole(app, 201)
    for (const run of await app.db.run.findMany()) await expectConsistent(app.db, run.id)
    const injected = new Set(app.s3.log.map(({ fault }) => fault).filter((fault) => fault !== null))
    expect([...injected].sort()).toEqual([...faults].sort())
    const twice = [...app.s3.puts].filter(([, count]) => count > 1)
    expect(twice).toEqual([])
  })

  it('fails one image whose object the storage never takes, and nothing else', async () => {
    await using app = await createBucketApp({ RETRY_BASE_SECONDS: '0' })
    const bytes = await jpeg(320, 240)
    const key = planUnits(findRecipe('presets'), { width: 320, height: 240, sha256: sha256(bytes) })[0]?.key ?? ''
    app.s3.refuse.set(`pictures/${key}`, '500')
    const { image } = await app.upload(bytes, { recipes: ['presets'] })
    for (let n = 0; n < 3; n += 1) await app.upload(await jpeg(300 + n, 200), { recipes: ['presets'] })
    await untilAllRunsEnd(app)
    const tasks = await app.db.task.findMany({ orderBy: { id: 'asc' } })
    expect(tasks.map(({ status, attempt }) => [status, attempt])).toEqual([
      ['FAILED', 4],
      ['SUCCEEDED', 1],
      ['SUCCEEDED', 1],
      ['SUCCEEDED', 1],
    ])
    expect(tasks[0]).toMatchObject({ errorCode: 'STORAGE_UNAVAILABLE', errorStage: 'STORE' })
    expect(image.id).toBeTruthy()
  })

  it('makes pictures public by ACL where it is told to, and originals never', async () => {
    await using app = await createBucketApp({ S3_ACL: 'public-read', ORIGINALS_URL: 's3://pictures' })
    // R2's rules: no ACL is taken
    await app.process(await jpeg(), { recipes: ['presets'] })
    const acls = (folder: string) =>
      app.s3.log
        .filter(({ method, url }) => method === 'PUT' && url.startsWith(`/pictures/${folder}`))
        .map(({ headers }) => headers['x-amz-acl'])
    expect(new Set(acls('images/'))).toEqual(new Set(['public-read']))
    expect(acls('originals/')).toEqual([undefined])
  })

  it('lets tasks wait while the storage is away, and fails none', async () => {
    await using app = await createBucketApp()
    await app.gql('mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
    for (let n = 0; n < 4; n += 1) await app.upload(await jpeg(300 + n, 200), { recipes: ['presets'] })
    await app.s3.stop()
    await app.gql('mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
    const retrying = () => app.db.task.count({ where: { status: 'RETRYING' } })
    await eventually('a task is to be tried again', async () => (await retrying()) > 0)
    // longer than four attempts would take
    await sleep(3_000)
    expect(await app.db.task.count({ where: { status: 'FAILED' } })).toBe(0)
    const { queue } = await app.gql<{ queue: { storageDownSince: string | null } }>('{ queue { storageDownSince } }')
    expect(queue.storageDownSince).not.toBeNull()
    const waiting = await app.db.task.findFirstOrThrow({ where: { status: 'RETRYING' } })
    expect(waiting).toMatchObject({ errorCode: 'STORAGE_UNAVAILABLE', retryable: true })
    const refused = await app.upload(await jpeg())
    expect(refused).toMatchObject({ __typename: 'StorageUnavailableError', code: 'STORAGE_UNAVAILABLE' })

    await app.s3.start()
    await untilAllRunsEnd(app)
    expect(await app.db.task.groupBy({ by: ['status'], _count: true })).toEqual([{ status: 'SUCCEEDED', _count: 4 }])
    await expectWhole(app, 12)
  })

  it('says at once that the storage refuses it, and what to look at', async () => {
    await using app = await createBucketApp({ S3_SECRET_ACCESS_KEY: 'not the secret' })
    const refused = await app.upload(await jpeg())
    expect(refused).toMatchObject({ __typename: 'StorageNotConfiguredError', code: 'STORAGE_NOT_CONFIGURED' })
    expect(refused.message).toContain('S3_SECRET_ACCESS_KEY')
    expect(refused.message).not.toContain('not the secret')
    const { reconcileStorage } = await app.gql<{ reconcileStorage: { code: string } }>(
      'mutation { reconcileStorage(input: {}) { ... on Error { code } } }',
    )
    expect(reconcileStorage.code).toBe('STORAGE_NOT_CONFIGURED')
  })

  it('ends a run whose storage was taken away for good, and says why', async () => {
    await using app = await createBucketApp()
    await app.gql('mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
    for (let n = 0; n < 3; n += 1) await app.upload(await jpeg(300 + n, 200), { recipes: ['presets'] })
    app.s3.buckets.delete('pictures')
    await app.gql('mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
    await untilAllRunsEnd(app)
    for (const run of await app.db.run.findMany()) {
      expect(run.status).toBe('FAILED')
      expect(run.lastError).toMatch(/bucket/i)
      await expectConsistent(app.db, run.id)
    }
  })
})

/** As a client does that is told to try again later. */
async function sendUntilTaken(app: BucketApp, bytes: Uint8Array): Promise<void> {
  for (;;) {
    const answer = await app.upload(bytes, { recipes: ['presets'] })
    if (answer.__typename === 'UploadImagePayload') return
    expect(answer.code).toBe('STORAGE_UNAVAILABLE')
    await sleep(100)
  }
}
