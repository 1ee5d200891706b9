import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { describe, expect, it } from 'vitest'
import { Prisma } from '../../src/generated/sqlite/client.ts'
import { itself } from '../../src/services/asker.ts'
import { createBell } from '../../src/services/bell.ts'
import { createCompletions } from '../../src/services/complete-uploads.ts'
import { type Db, openDb } from '../../src/services/db/open-db.ts'
import { createIntake } from '../../src/services/intake.ts'
import { createDiskStore } from '../../src/services/storage/disk-store.ts'
import { createPresignedTargets, type Presigner } from '../../src/services/storage/presigned-targets.ts'
import { createUploads } from '../../src/services/uploads.ts'
import { createTestDatabase } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'
import { facts } from '../support/uploads.ts'

const limits = { maxBytes: 1_000_000, maxPixels: 1_000_000, minWidth: 100, minHeight: 100 }
const details = { artistName: 'Carl Cox', venueTag: null, recipes: ['presets'] }

/** The services over a storage that takes files in itself; `put` is what a client of it does. */
async function createBucket() {
  await using resources = new AsyncDisposableStack()
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-bucket-'))
  resources.defer(() => rm(dir, { recursive: true, force: true }))
  const database = resources.use(await createTestDatabase())
  const { db } = resources.use(await openDb(database.url))
  const originals = createDiskStore(dir)
  const presigner: Presigner = {
    presignPut: async (key, { contentType, byteSize, expiresInSeconds }) => ({
      url: `https://bucket.example/${key}?length=${byteSize}&expires=${expiresInSeconds}`,
      headers: { 'content-type': contentType },
    }),
  }
  const targets = createPresignedTargets(presigner)
  const settings = { defaultRecipes: ['presets'], wake() {} }
  const intake = createIntake({ db, originals, limits })
  const owned = resources.move()
  return {
    db,
    originals,
    targets,
    limits,
    uploads: createUploads({ db, originals, targets, limits }),
    completions: createCompletions({ db, bell: createBell(), intake, originals, settings }),
    async put(url: string, bytes: Uint8Array) {
      const options = { contentType: 'image/jpeg', cacheControl: 'private', sha256: '', ifAbsent: false }
      await originals.put(new URL(url).pathname.slice(1), bytes, options)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Bucket = Awaited<ReturnType<typeof createBucket>>

async function announce({ uploads }: Bucket, bytes: Uint8Array) {
  const [upload] = await uploads.announce([{ ...facts(bytes), clientKey: null }])
  if (!upload?.target) throw new Error('The upload has no target.')
  return { id: upload.id, ...upload.target }
}

describe('where the storage itself takes files in', () => {
  it('each gets an address of its own for ten minutes, for its length and type', async () => {
    await using bucket = await createBucket()
    const bytes = await jpeg()
    const { url, method, headers, expiresAt, tokenHash } = await announce(bucket, bytes)
    expect(url).toMatch(/^https:\/\/bucket\.example\/uploads\/[0-9a-f]{32}\.bin\?/)
    expect(new URL(url).searchParams.get('length')).toBe(String(bytes.byteLength))
    expect({ method, headers, tokenHash }).toEqual({
      method: 'PUT',
      headers: { 'content-type': 'image/jpeg' },
      tokenHash: null,
    })
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(600_000)
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(590_000)
  })

  it('an announcement that others are in the way of is begun anew, but not for ever', async () => {
    await using bucket = await createBucket()
    const clash = new Prisma.PrismaClientKnownRequestError('taken', { code: 'P2002', clientVersion: '0' })
    let clashes = 2
    const clashing = (call: () => unknown) => (clashes-- > 0 ? Promise.reject(clash) : call())
    const db = new Proxy(bucket.db, {
      get: (target, name) =>
        name === '$transaction'
          ? (work: Parameters<Db['$transaction']>[0]) => clashing(() => target.$transaction(work))
          : Reflect.get(target, name),
    })
    const uploads = createUploads({ ...bucket, db })
    const file = { ...facts(await jpeg()), clientKey: null }
    expect(await uploads.announce([file])).toHaveLength(1)
    clashes = 3
    await expect(uploads.announce([file])).rejects.toBe(clash)
    expect([clashes, await db.upload.count()]).toEqual([0, 1])
  })

  it('only what is there, and is what was announced, comes in', async () => {
    await using bucket = await createBucket()
    const { completions, db } = bucket
    const bytes = await jpeg()
    const { id, url } = await announce(bucket, bytes)
    await expect(completions.complete([id], details, itself)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      field: 'ids.0',
      message: 'photo.jpg has not been sent yet.',
    })
    await bucket.put(url, bytes.subarray(1))
    await expect(completions.complete([id], details, itself)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: `photo.jpg: The file has ${bytes.byteLength - 1} bytes, and ${bytes.byteLength} were announced.`,
    })
    await bucket.put(url, Buffer.alloc(bytes.byteLength))
    await expect(completions.complete([id], details, itself)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: 'photo.jpg: The bytes are not those announced: their SHA-256 is another.',
    })
    expect(await db.image.count()).toBe(0)
    await bucket.put(url, bytes)
    expect(await completions.complete([id], details, itself)).toMatchObject({ kind: 'UPLOAD', totalCount: 1 })
  })

  it('an address that is used again after the check changes nothing, and what it left is removed', async () => {
    await using bucket = await createBucket()
    const { completions, db, originals, uploads } = bucket
    const bytes = await jpeg()
    const { id, url } = await announce(bucket, bytes)
    await bucket.put(url, bytes)
    const run = await completions.complete([id], details, itself)
    const tempKey = new URL(url).pathname.slice(1)
    expect(await originals.head(tempKey)).toBeNull()

    await bucket.put(url, Buffer.from('something else'))
    const { originalKey, sha256 } = await db.image.findFirstOrThrow()
    expect(await originals.head(originalKey)).toEqual({ byteSize: bytes.byteLength, sha256 })
    expect((await completions.complete([id], details, itself)).id).toBe(run.id)
    expect(await uploads.sweep()).toBe(false)
    await db.upload.updateMany({ data: { expiresAt: new Date(0) } })
    expect(await uploads.sweep()).toBe(true)
    expect([await originals.head(tempKey), await db.upload.count()]).toEqual([null, 0])
  })
})
