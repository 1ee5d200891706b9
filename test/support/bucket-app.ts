import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { createTestApp, type TestApp } from './app.ts'
import { type StrictS3, startStrictS3 } from './strict-s3/server.ts'

export interface BucketApp extends TestApp {
  s3: StrictS3
}

/** A whole service whose pictures lie in the public bucket `pictures`, and whose originals in the private `originals`. */
export async function createBucketApp(env: Record<string, string> = {}): Promise<BucketApp> {
  await using resources = new AsyncDisposableStack()
  const s3 = resources.use(
    await startStrictS3({ buckets: ['pictures', 'originals'], publicBuckets: ['pictures'], pageSize: 50 }),
  )
  const app = resources.use(await createTestApp({ env: { ...bucketEnv(s3), ...env } }))
  const owned = resources.move()
  return { ...app, s3, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export function bucketEnv(s3: StrictS3): Record<string, string> {
  return {
    STORAGE_URL: 's3://pictures',
    ORIGINALS_URL: 's3://originals',
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    PUBLIC_BASE_URL: `${s3.endpoint}/pictures`,
  }
}
