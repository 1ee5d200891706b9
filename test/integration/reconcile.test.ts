import { mkdir, rm, unlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { createBucketApp } from '../support/bucket-app.ts'
import { databaseId } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { expectConsistent } from '../support/engine.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'

async function reconcile(app: TestApp, fix: boolean) {
  const { reconcileStorage } = await app.gql<{ reconcileStorage: { run: { id: string } } }>(
    'mutation ($fix: Boolean!) { reconcileStorage(input: { fix: $fix }) { ... on StartRunPayload { run { id } } } }',
    { fix },
  )
  await app.dispatcher.idle()
  const id = databaseId(reconcileStorage.run.id)
  await expectConsistent(app.db, id)
  const run = await app.db.run.findUniqueOrThrow({ where: { id }, include: { events: true } })
  const findings = run.events
    .filter(({ type }) => type.startsWith('OBJECT_'))
    .map(({ payload }) => (payload as { message: string }).message)
  return { run, findings }
}

const imageState = (app: TestApp, id: string) =>
  app
    .gql<{ image: { status: string; readyMaxWidth: number; variantsReady: boolean; variants: unknown[] } }>(
      'query ($id: ID!) { image(id: $id) { status readyMaxWidth variantsReady variants { name } } }',
      { id },
    )
    .then(({ image }) => image)

const longAgo = new Date(Date.now() - 25 * 3_600_000)

describe(`comparing storage with the database, on ${provider}`, () => {
  it('finds nothing where all is well', async () => {
    await using app = await createTestApp()
    await app.process(await jpeg())
    const before = await filesBelow(app.dir)
    const { run, findings } = await reconcile(app, true)
    expect(run).toMatchObject({ kind: 'RECONCILE', status: 'SUCCEEDED', outcome: 'NOTHING_TO_DO', totalCount: 5 })
    expect(findings).toEqual([])
    expect(await filesBelow(app.dir)).toEqual(before)
  })

  it('makes again just what was deleted or damaged by hand', async () => {
    await using app = await createTestApp()
    // the smallest of a recipe is made from a decode as large as the largest of all recipes needs
    const { image } = await app.process(await jpeg(640, 480), { recipes: ['presets', 'responsive'] })
    await app.process(await jpeg())
    const before = await filesBelow(app.dir)
    const rows = await app.db.variant.findMany({ orderBy: { id: 'asc' } })
    const find = (name: string, format: string) => rows.find((row) => row.name === name && row.format === format)
    const [gone, cut, other] = [find('480', 'avif'), find('640', 'webp'), find('320', 'webp')]
    await unlink(path.join(app.dir, gone?.key ?? ''))
    await writeFile(path.join(app.dir, cut?.key ?? ''), 'short')
    await writeFile(path.join(app.dir, other?.key ?? ''), Buffer.alloc(other?.byteSize ?? 0))

    const told = await reconcile(app, false)
    expect(told.run).toMatchObject({ outcome: 'WITH_ISSUES', succeededCount: 1, skippedCount: 5 })
    expect(told.findings.sort()).toEqual(
      [
        `${gone?.key} is missing in storage.`,
        `${cut?.key} has 5 bytes in storage instead of ${cut?.byteSize}.`,
        `${other?.key} has other bytes in storage than were stored.`,
      ].sort(),
    )
    expect(await imageState(app, image.id)).toMatchObject({ status: 'READY', readyMaxWidth: 640 })

    const mended = await reconcile(app, true)
    expect(mended.run).toMatchObject({ outcome: 'WITH_ISSUES', succeededCount: 1, skippedCount: 5 })
    const made = mended.run.events.filter(({ type }) => type === 'VARIANT_STORED')
    expect(made).toHaveLength(3)
    expect(await filesBelow(app.dir)).toEqual(before)
    const after = await app.db.variant.findMany({ orderBy: { id: 'asc' } })
    const facts = (all: typeof after) => all.map(({ key, sha256, byteSize }) => `${key} ${sha256} ${byteSize}`).sort()
    expect(facts(after)).toEqual(facts(rows))
    expect((await reconcile(app, true)).run.outcome).toBe('NOTHING_TO_DO')
  })

  it('lowers the watermark at once, also when the original is gone and nothing can be made', async () => {
    await using app = await createTestApp()
    const { image } = await app.process(await jpeg(640, 480), { recipes: ['responsive'] })
    const gone = await app.db.variant.findFirstOrThrow({ where: { name: '480', format: 'avif' } })
    const { originalKey } = await app.db.image.findFirstOrThrow()
    await rm(path.join(app.dir, gone.key))
    await rm(path.join(app.dir, 'private', originalKey))
    const { run, findings } = await reconcile(app, true)
    expect(run).toMatchObject({ outcome: 'WITH_FAILURES', failedCount: 1 })
    expect(findings).toHaveLength(2)
    expect(findings.join()).not.toContain(originalKey)
    const state = await imageState(app, image.id)
    expect(state).toMatchObject({ status: 'PARTIAL', readyMaxWidth: 320, variantsReady: false })
    expect(state.variants).toHaveLength(5)
  })

  it('fails an image whose original is lost, and lets its variants be', async () => {
    await using app = await createTestApp()
    const { image } = await app.process(await jpeg(), { recipes: ['presets'] })
    const { originalKey } = await app.db.image.findFirstOrThrow()
    await writeFile(path.join(app.dir, 'private', originalKey), 'damaged')
    const { run } = await reconcile(app, true)
    expect(run).toMatchObject({ outcome: 'WITH_FAILURES', failedCount: 1, skippedCount: 4 })
    const task = await app.db.task.findFirstOrThrow({ where: { runId: run.id, status: 'FAILED' } })
    expect(task).toMatchObject({
      errorCode: 'CORRUPT_IMAGE',
      errorMessage: expect.stringContaining('send the photo again'),
    })
    expect(await imageState(app, image.id)).toMatchObject({ status: 'READY' })
  })

  it('takes nothing out when not one object of an image is there: it may be the wrong disk', async () => {
    await using app = await createTestApp()
    const { image } = await app.process(await jpeg(), { recipes: ['presets'] })
    for (const folder of ['images', 'private/originals']) await rm(path.join(app.dir, folder), { recursive: true })
    const { run, findings } = await reconcile(app, true)
    expect(run).toMatchObject({ outcome: 'WITH_FAILURES', failedCount: 1 })
    expect(findings).toEqual([])
    const task = await app.db.task.findFirstOrThrow({ where: { runId: run.id, status: 'FAILED' } })
    expect(task).toMatchObject({
      errorCode: 'STORAGE_UNAVAILABLE',
      errorMessage: expect.stringContaining('right disk'),
    })
    expect(await imageState(app, image.id)).toMatchObject({ status: 'READY', variants: [{}, {}, {}] })
  })

  it('finds what nothing names, and deletes it unless it is young or of another program', async () => {
    await using app = await createTestApp()
    await app.process(await jpeg())
    const before = await filesBelow(app.dir)
    const unknown = `${'0'.repeat(32)}-12345678`
    const orphans = [`images/${unknown}/thumbnail.webp`, `private/originals/${'1'.repeat(32)}.jpg`]
    const foreign = ['images/other-program.webp', 'private/originals/backup.jpg']
    const { key } = await app.db.variant.findFirstOrThrow()
    // of an image that is known: a run that was cancelled may have left it, and the next takes it up
    const [folder = ''] = [path.dirname(key)]
    const known = [`${folder.slice(0, -8)}87654321.webp`]
    for (const name of [...orphans, ...foreign, ...known]) await put(app, name, longAgo)
    await put(app, `images/${unknown}/large.webp`, new Date())

    const told = await reconcile(app, false)
    expect(told.run).toMatchObject({ outcome: 'WITH_ISSUES', succeededCount: 2 })
    expect(told.findings.sort()).toEqual([
      'An original of 5 bytes is named by nothing.',
      `${orphans[0]} of 5 bytes is named by nothing.`,
    ])
    await reconcile(app, true)
    const left = [...before, ...foreign, ...known, `images/${unknown}/large.webp`]
    expect((await filesBelow(app.dir)).sort()).toEqual(left.sort())
  })

  it('is done by one run at a time', async () => {
    await using app = await createTestApp({ env: { CONCURRENCY: '0' } })
    const start = () =>
      app.gql<{ reconcileStorage: { code?: string } }>(
        'mutation { reconcileStorage(input: {}) { ... on Error { code } } }',
      )
    await start()
    expect((await start()).reconcileStorage.code).toBe('RUN_ALREADY_ACTIVE')
  })
})

async function put(app: TestApp, name: string, modifiedAt: Date): Promise<void> {
  const file = path.join(app.dir, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, 'bytes')
  await utimes(file, modifiedAt, modifiedAt)
}

it('a bucket is mended as a disk is', async () => {
  await using app = await createBucketApp({ GC_GRACE_SECONDS: '0' })
  await app.process(await jpeg(), { recipes: ['presets'] })
  await app.process(await jpeg(), { recipes: ['presets'] })
  await app.process(await jpeg(), { recipes: ['presets'] })
  const [gone, replaced, copied] = await app.db.variant.findMany({ where: { name: 'thumbnail' } })
  app.s3.objects.delete(`pictures/${gone?.key}`)
  const object = app.s3.objects.get(`pictures/${replaced?.key}`)
  const orphan = `pictures/images/${'0'.repeat(32)}-12345678/thumbnail.webp`
  if (!object) throw new Error('There is no object to replace.')
  // as other programs put them: without our metadata
  const headers = { 'content-type': 'image/webp' }
  const body = Buffer.alloc(object.body.length)
  app.s3.objects.set(`pictures/${replaced?.key}`, { ...object, headers, body })
  const copy = app.s3.objects.get(`pictures/${copied?.key}`)
  if (copy) app.s3.objects.set(`pictures/${copied?.key}`, { ...copy, headers })
  app.s3.objects.set(orphan, { ...object, modifiedAt: longAgo })
  const { run } = await reconcile(app, true)
  expect(run).toMatchObject({ outcome: 'WITH_ISSUES', succeededCount: 3, skippedCount: 4 })
  expect([...app.s3.objects.keys()].filter((name) => name.startsWith('pictures/'))).toHaveLength(9)
  expect(app.s3.objects.has(orphan)).toBe(false)
  expect((await reconcile(app, true)).run.outcome).toBe('NOTHING_TO_DO')
})
