import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createS3Store, type S3Options, type S3Store } from '../../src/services/storage/s3-store.ts'

type Access = Pick<S3Options, 'endpoint' | 'accessKeyId' | 'secretAccessKey'>

/** A store with a temporary folder of its own, the bucket `pictures` and pauses short enough for a test. */
export async function createTestS3Store(
  { endpoint, accessKeyId, secretAccessKey }: Access,
  options: Partial<S3Options> = {},
): Promise<AsyncDisposable & { store: S3Store; tempDir: string }> {
  const tempDir = await mkdtemp(path.join(tmpdir(), 'greenroom-s3-'))
  const access = { endpoint, accessKeyId, secretAccessKey }
  const store = createS3Store({ ...access, bucket: 'pictures', tempDir, retries: { baseMs: 5 }, ...options })
  return {
    store,
    tempDir,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(tempDir, { recursive: true, force: true })
    },
  }
}
