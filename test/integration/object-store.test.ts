import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
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

it('sweeps what a killed process left half-written', async () => {
  await using disk = await createTestDiskStore()
  const options = { contentType: 'image/webp', cacheControl: 'private', sha256: '', ifAbsent: true }
  await disk.store.put('images/a.webp', Buffer.from('one'), options)
  await writeFile(path.join(disk.root, '.tmp', 'half'), 'ha')
  await disk.store.sweepTemp()
  expect((await readdir(disk.root)).sort()).toEqual(['images'])
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
