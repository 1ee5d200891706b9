import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createDiskStore } from '../../src/services/storage/disk-store.ts'
import { describeObjectStore } from '../support/object-store-contract.ts'

async function createTestDiskStore() {
  const root = await mkdtemp(path.join(tmpdir(), 'greenroom-store-'))
  const store = createDiskStore(root)
  return { store, root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

describeObjectStore('the disk store', createTestDiskStore)

it('leaves nothing half-written behind', async () => {
  await using disk = await createTestDiskStore()
  const options = { contentType: 'image/webp', cacheControl: 'private', sha256: '', ifAbsent: true }
  await disk.store.put('images/a/thumbnail.webp', Buffer.from('one'), options)
  await disk.store.put('images/a/thumbnail.webp', Buffer.from('two'), options)
  expect(await readdir(path.join(disk.root, '.tmp'))).toEqual([])
})

it('sweeps temporary files that nobody writes to any more, and the oldest of too many', async () => {
  await using disk = await createTestDiskStore()
  const dir = path.join(disk.root, '.tmp')
  await mkdir(dir)
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  for (const [name, age] of Object.entries({ ancient: 90, old: 40, recent: 20, new: 0 })) {
    await writeFile(path.join(dir, name), '12345')
    await utimes(path.join(dir, name), minutesAgo(age), minutesAgo(age))
  }
  const hour = 3_600_000
  expect(await disk.store.sweepTemp({ maxAgeMs: hour, maxBytes: 1_000 })).toBe(1)
  expect((await readdir(dir)).sort()).toEqual(['new', 'old', 'recent'])
  expect(await disk.store.sweepTemp({ maxAgeMs: hour, maxBytes: 10 })).toBe(1)
  expect((await readdir(dir)).sort()).toEqual(['new', 'recent'])
  // what was written to lately may be in use elsewhere
  expect(await disk.store.sweepTemp({ maxAgeMs: hour, maxBytes: 0, minAgeMs: hour / 2 })).toBe(0)
  expect(await disk.store.sweepTemp({ maxAgeMs: 0, maxBytes: 1_000 })).toBe(2)
  expect(await disk.store.sweepTemp({ maxAgeMs: 0, maxBytes: 1_000 })).toBe(0)
})

it('does not sweep what is being written', async () => {
  await using disk = await createTestDiskStore()
  const options = { contentType: 'image/webp', cacheControl: 'private', sha256: '', ifAbsent: true }
  const keys = Array.from({ length: 40 }, (_each, index) => `images/a/${index}.webp`)
  const puts = Promise.all(keys.map((key) => disk.store.put(key, Buffer.alloc(100_000), options)))
  let over = false
  void puts.finally(() => {
    over = true
  })
  while (!over) {
    await disk.store.sweepTemp({ maxAgeMs: 0, maxBytes: 0 })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await puts).toEqual(keys.map(() => 'stored'))
})

it('says in a sentence what the disk refuses', async () => {
  await using disk = await createTestDiskStore()
  // a file where a folder should be
  await writeFile(path.join(disk.root, 'images'), '')
  const options = { contentType: 'image/webp', cacheControl: 'private', sha256: '', ifAbsent: true }
  await expect(disk.store.put('images/a.webp', Buffer.from('one'), options)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    retryable: true,
    message: 'The storage cannot write an object: EEXIST.',
    cause: expect.any(Error),
  })
})

it.each([
  ['ENOSPC', true],
  ['EIO', true],
  ['EACCES', false],
])('says of %s whether the whole disk is in trouble', async (code, outage) => {
  await using disk = await createTestDiskStore()
  async function* body() {
    yield Buffer.from('x')
    throw Object.assign(new Error('low-level words'), { code })
  }
  const options = { contentType: 'image/webp', cacheControl: 'private', sha256: '', ifAbsent: true }
  // the type does not say so, but the disk store takes a stream as it takes bytes
  const putting = disk.store.put('images/a.webp', body() as unknown as Uint8Array, options)
  await expect(putting).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', outage })
})
