import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { openStores } from '../../src/services/storage/open-stores.ts'
import { bucketEnv } from '../support/bucket-app.ts'
import { startStrictS3 } from '../support/strict-s3/server.ts'

it('leaves what one bucket has checked out alone when all are swept', async () => {
  await using s3 = await startStrictS3({ buckets: ['pictures', 'originals'] })
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-temp-'))
  const { storage } = loadConfig({ ...bucketEnv(s3), DATA_DIR: dir })
  await using stores = await openStores({ ...storage, connections: 4 })
  const key = 'images/a/main.webp'
  const options = { contentType: 'image/webp', cacheControl: '', sha256: '', ifAbsent: true }
  for (const store of [stores.variants, stores.originals]) {
    await store.put(key, Buffer.from('x'), options)
    await using file = await store.checkout(key)
    expect(await stores.sweepTemp({ maxAgeMs: 0, maxBytes: 0 })).toBe(0)
    expect(await readFile(file?.path ?? '', 'utf8')).toBe('x')
  }
  await rm(dir, { recursive: true })
})

it('keeps the temporary files of each owner apart', () => {
  const { storage, sources } = loadConfig({ DATA_DIR: '/data' })
  expect([storage.tempDir, sources.tempDir]).toEqual(['/data/private/.checkouts', '/data/private/.downloads'])
})
