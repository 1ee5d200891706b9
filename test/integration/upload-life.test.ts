import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { createTestDatabase, provider } from '../support/databases.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { createDataDir } from '../support/server.ts'
import { announce, announceOne, complete, facts, headersOf, send, sendWhole } from '../support/uploads.ts'

const rowsOf = (app: TestApp) => app.db.upload.findMany({ orderBy: { id: 'asc' } })

describe(`on ${provider}, a client key`, () => {
  it('announced again is the same upload with a new way to send it, later to end', async () => {
    await using app = await createTestApp()
    const file = { ...facts(await jpeg()), clientKey: 'photo 1' }
    const [first, second] = [await announceOne(app, file), await announceOne(app, file)]
    expect(second).toMatchObject({ id: first.id, clientKey: 'photo 1', state: 'PENDING' })
    expect(headersOf(second)).not.toEqual(headersOf(first))
    expect(second.expiresAt > first.expiresAt).toBe(true)
    expect(await rowsOf(app)).toHaveLength(1)
  })

  it('announced many times at once, beside others in any order, is one upload', async () => {
    await using app = await createTestApp()
    const files = ['a', 'b', 'c'].map((clientKey) => ({
      filename: 'x.jpg',
      byteSize: 9,
      mimeType: 'image/jpeg',
      clientKey,
    }))
    const calls = Array.from({ length: 10 }, (_each, index) => announce(app, index % 2 ? files : files.toReversed()))
    const answers = (await Promise.all(calls)).map(({ uploads }) => uploads)
    const ids = answers.map((uploads) => uploads.map(({ clientKey, id }) => `${clientKey} ${id}`).sort())
    expect(new Set(ids.map(String)).size).toBe(1)
    expect(await rowsOf(app)).toHaveLength(3)
  })

  it('completed many times at once is one run, image and original', async () => {
    await using app = await createTestApp()
    const ids = [(await sendWhole(app, await jpeg())).id, (await sendWhole(app, await jpeg())).id]
    const answers = await Promise.all(Array.from({ length: 10 }, () => complete(app, ids)))
    expect(new Set(answers.map(({ run }) => run?.id)).size).toBe(1)
    await app.dispatcher.idle()
    expect([await app.db.run.count(), await app.db.task.count(), await app.db.image.count()]).toEqual([1, 2, 2])
    const files = await filesBelow(path.join(app.dir, 'private'))
    expect(files.filter((file) => file.startsWith('originals/'))).toHaveLength(2)
  })
})

describe('a client key', () => {
  it('cannot be that of another file', async () => {
    await using app = await createTestApp()
    const file = { ...facts(await jpeg()), clientKey: 'photo' }
    await announceOne(app, file)
    for (const [fact, other] of Object.entries({
      filename: 'b.jpg',
      byteSize: 7,
      mimeType: 'image/png',
      sha256: null,
    })) {
      expect(
        await announce(app, [
          { ...file, clientKey: 'new' },
          { ...file, [fact]: other },
        ]),
      ).toMatchObject({
        __typename: 'InvalidInputError',
        field: 'files.1.clientKey',
        message: `"photo" was announced before with another ${fact}; use another key for another file.`,
      })
    }
    expect(await rowsOf(app)).toHaveLength(1)
  })

  it('tells how far its file has come, with nowhere to send it once it is here', async () => {
    await using app = await createTestApp()
    const bytes = await jpeg()
    const file = { ...facts(bytes), clientKey: 'photo' }
    const target = await announceOne(app, file)
    await send(target, bytes)
    expect(await announceOne(app, file)).toMatchObject({ id: target.id, state: 'RECEIVED', url: null, headers: [] })
    await complete(app, [target.id])
    expect(await announceOne(app, file)).toMatchObject({ id: target.id, state: 'COMPLETED', url: null, headers: [] })
  })

  it('whose upload has expired is free again', async () => {
    await using app = await createTestApp()
    const bytes = await jpeg()
    const file = { ...facts(bytes), clientKey: 'photo' }
    const target = await announceOne(app, file)
    await send(target, bytes)
    await app.db.upload.updateMany({ data: { expiresAt: new Date(0) } })
    const fresh = await announceOne(app, file)
    expect(fresh).toMatchObject({ state: 'PENDING' })
    expect(fresh.id).not.toBe(target.id)
    expect((await filesBelow(app.dir)).filter((name) => name.includes('uploads/'))).toEqual([])
  })
})

it('a disk that refuses says so, and the file can be sent once it takes files again', async () => {
  await using app = await createTestApp()
  const bytes = await jpeg()
  const target = await announceOne(app, facts(bytes))
  // a file where the folder should be
  const folder = path.join(app.dir, 'private', 'uploads')
  await mkdir(path.dirname(folder), { recursive: true })
  await writeFile(folder, '')
  const response = await send(target, bytes)
  expect([response.status, await response.json()]).toEqual([
    503,
    { error: 'The storage cannot write an object: EEXIST.', code: 'STORAGE_UNAVAILABLE' },
  ])
  await rm(folder)
  expect((await send(target, bytes)).status).toBe(204)
})

it('a start removes uploads that are over with their files, and files of nobody, and leaves the others', async () => {
  await using data = await createDataDir()
  await using database = await createTestDatabase()
  const env = { DATA_DIR: data.dir, DATABASE_URL: database.url }
  const bytes = await jpeg()
  const folder = path.join(data.dir, 'private', 'uploads')
  const [stray, young] = ['0'.repeat(32), '1'.repeat(32)]
  const kept = await (async () => {
    await using app = await createTestApp({ env })
    const over = [await sendWhole(app, bytes), await announceOne(app, facts(bytes)), await sendWhole(app, bytes)]
    await complete(app, [over[2]?.id ?? ''])
    const where = { id: { in: over.map(({ id }) => databaseId(id)) } }
    await app.db.upload.updateMany({ where, data: { expiresAt: new Date(0) } })
    const completed = await sendWhole(app, bytes)
    const run = await complete(app, [completed.id])
    await mkdir(folder, { recursive: true })
    for (const [name, age] of Object.entries({ [stray]: 7_200, [young]: 60, foreign: 7_200 })) {
      await writeFile(path.join(folder, `${name}.bin`), 'x')
      const then = Date.now() / 1000 - age
      await utimes(path.join(folder, `${name}.bin`), then, then)
    }
    return { received: await sendWhole(app, bytes), completed, run: run.run.id }
  })()

  await using app = await createTestApp({ env })
  const rows = async () => (await rowsOf(app)).map(({ id }) => id)
  await expect.poll(rows, { timeout: 20_000 }).toEqual([kept.completed, kept.received].map(({ id }) => databaseId(id)))
  const { tempKey } = await app.db.upload.findUniqueOrThrow({ where: { id: databaseId(kept.received.id) } })
  const left = [path.basename(tempKey), `${young}.bin`, 'foreign.bin'].sort()
  await expect.poll(() => filesBelow(folder), { timeout: 20_000 }).toEqual(left)
  // what was sent before can be completed after
  expect((await complete(app, [kept.completed.id])).run.id).toBe(kept.run)
  expect(await complete(app, [kept.received.id])).toMatchObject({ __typename: 'StartRunPayload' })
})
