import { createHttpClient } from '../support/client.ts'
import { collect, overWebSocket } from '../support/subscribe.ts'
import type { Picture } from './pictures.ts'

/** An upload that the service has answered. */
export interface Accepted {
  imageId: string
  runId: string
  picture: Picture
}

export interface ShownVariant {
  key: string
  url: string
  byteSize: number
  sha256: string
}

export interface ShownImage {
  status: string
  sha256: string
  variants: ShownVariant[]
}

export interface ShownTask {
  status: string
  attempt: number
  errorCode: string | null
  errorMessage: string | null
}

export interface Counters {
  status: string
  totalCount: number
  processedCount: number
  succeededCount: number
  skippedCount: number
  failedCount: number
  cancelledCount: number
}

export interface ShownRun extends Counters {
  tasks: { nodes: ShownTask[] }
}

export interface ShownEvent {
  seq: number
  type: string
  run: Counters
  variant: { key: string } | null
}

const counters = 'status totalCount processedCount succeededCount skippedCount failedCount cancelledCount'

const ask = <T>(url: string, query: string, variables?: Record<string, unknown>) =>
  createHttpClient(url).gql<T>(query, variables)

export async function upload(url: string, picture: Picture): Promise<Accepted> {
  const { image, run, message } = await createHttpClient(url).upload(picture.bytes)
  if (message) throw new Error(`The service refused an upload: ${message}`)
  return { imageId: image.id, runId: run.id, picture }
}

export async function countUnfinishedRuns(url: string): Promise<number> {
  const query = '{ runs(status: [QUEUED, RUNNING]) { totalCount } }'
  return (await ask<{ runs: { totalCount: number } }>(url, query)).runs.totalCount
}

export async function findImage(url: string, id: string): Promise<ShownImage | null> {
  const query = 'query ($id: ID!) { image(id: $id) { status sha256 variants { key url byteSize sha256 } } }'
  return (await ask<{ image: ShownImage | null }>(url, query, { id })).image
}

export async function findRun(url: string, id: string): Promise<ShownRun | null> {
  const query = `query ($id: ID!) {
    run(id: $id) { ${counters} tasks(first: 100) { nodes { status attempt errorCode errorMessage } } }
  }`
  return (await ask<{ run: ShownRun | null }>(url, query, { id })).run
}

/** All events of a run that has ended, as a subscriber gets them. */
export async function eventsOf(url: string, runId: string): Promise<ShownEvent[]> {
  const query = `subscription ($runId: ID!) { runProgress(runId: $runId) { seq type run { ${counters} } variant { key } } }`
  await using subscription = overWebSocket<{ runProgress: ShownEvent }>(url, { query, variables: { runId } })
  return (await collect(subscription)).map(({ runProgress }) => runProgress)
}
