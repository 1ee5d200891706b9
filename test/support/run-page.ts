import { bucketEnv } from './bucket-app.ts'
import { type Dashboard, openDashboard } from './dashboard.ts'
import { type StrictS3, startStrictS3 } from './strict-s3/server.ts'
import { announce, complete, facts, send } from './uploads.ts'

export interface BucketDashboard extends AsyncDisposable {
  dashboard: Dashboard
  s3: StrictS3
}

/** A dashboard whose service keeps pictures in a bucket that can be told to fail, and shows them itself. */
export async function openBucketDashboard(env: Record<string, string>): Promise<BucketDashboard> {
  const s3 = await startStrictS3({ buckets: ['pictures', 'originals'] })
  const settings = { ...bucketEnv(s3), PUBLIC_BASE_URL: '', RETRY_BASE_SECONDS: '0', ...env }
  const dashboard = await openDashboard(settings).catch(async (error: unknown) => {
    await s3[Symbol.asyncDispose]()
    throw error
  })
  return {
    dashboard,
    s3,
    async [Symbol.asyncDispose]() {
      await dashboard[Symbol.asyncDispose]()
      await s3[Symbol.asyncDispose]()
    },
  }
}

/** Sends photos in one run that makes these recipes; resolves to its id. */
export async function beginRun(
  client: Pick<Dashboard, 'gql'>,
  files: readonly Uint8Array[],
  recipes: readonly string[],
): Promise<string> {
  const announced = files.map((bytes, index) => facts(bytes, `photo-${index + 1}.jpg`))
  const { uploads } = await announce(client, announced)
  for (const [index, target] of uploads.entries()) await send(target, files[index] ?? new Uint8Array())
  const ids = uploads.map(({ id }) => id)
  return (await complete(client, ids, { recipes })).run.id
}

export const addressOf = (runId: string) => `/runs/${encodeURIComponent(runId)}`

export const setConcurrency = `mutation ($concurrency: Int!) {
  setConcurrency(input: { concurrency: $concurrency }) { ... on Error { message } }
}`
