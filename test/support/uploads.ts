import { createHash } from 'node:crypto'
import type { TestClient } from './client.ts'

export interface Target {
  id: string
  clientKey: string | null
  state: string
  method: string
  url: string
  headers: { name: string; value: string }[]
  expiresAt: string
  resumable: boolean
  duplicateOf: { id: string } | null
}

interface Failure {
  __typename: string
  code?: string
  message?: string
  field?: string
}

const failure = '... on Error { code message } ... on InvalidInputError { field }'

const createMutation = `mutation ($files: [FileToUploadInput!]!) {
  answer: createUploads(input: { files: $files }) {
    __typename
    ... on CreateUploadsPayload {
      uploads { id clientKey state method url headers { name value } expiresAt resumable duplicateOf { id } }
    }
    ${failure}
  }
}`

const completeMutation = `mutation ($input: CompleteUploadsInput!) {
  answer: completeUploads(input: $input) {
    __typename
    ... on StartRunPayload { run { id status outcome totalCount } }
    ${failure}
  }
}`

/** What is announced of a JPEG of these bytes. */
export function facts(bytes: Uint8Array, filename = 'photo.jpg') {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { filename, byteSize: bytes.byteLength, mimeType: 'image/jpeg', sha256 }
}

export async function announce(client: Pick<TestClient, 'gql'>, files: object[]) {
  const { answer } = await client.gql<{ answer: Failure & { uploads: Target[] } }>(createMutation, { files })
  return answer
}

/** The one upload of a file that has to be accepted. */
export async function announceOne(client: Pick<TestClient, 'gql'>, file: object): Promise<Target> {
  const { uploads, message } = await announce(client, [file])
  const [target] = uploads ?? []
  if (!target) throw new Error(message)
  return target
}

export async function complete(client: Pick<TestClient, 'gql'>, ids: string[], input: object = {}) {
  const { answer } = await client.gql<{
    answer: Failure & { run: { id: string; status: string; outcome: string | null; totalCount: number } }
  }>(completeMutation, { input: { ids, artistName: 'Carl Cox', recipes: ['presets'], ...input } })
  return answer
}

export const headersOf = ({ headers }: Target) => Object.fromEntries(headers.map(({ name, value }) => [name, value]))

/** Sends a file as it was told to. */
export function send(target: Target, body: Uint8Array | ReadableStream, headers: Record<string, string> = {}) {
  return fetch(target.url, {
    method: target.method,
    headers: { ...headersOf(target), ...headers },
    body: body instanceof ReadableStream ? body : new Uint8Array(body),
    ...(body instanceof ReadableStream && { duplex: 'half' as const }),
  })
}

/** Sends what comes behind the first `offset` bytes. */
export function sendPart(
  target: Target,
  offset: number,
  body: Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
) {
  const ofPart = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) }
  return send({ ...target, method: 'PATCH' }, body, { ...ofPart, ...headers })
}

/** How much of the file is there, or the status of the refusal. */
export async function lookAt(target: Target): Promise<number | string> {
  const { status, headers } = await fetch(target.url, { method: 'HEAD', headers: headersOf(target) })
  return status === 200 ? `${headers.get('upload-offset')} of ${headers.get('upload-length')}` : status
}

/** Announces and sends a file; it is to be completed. */
export async function sendWhole(
  client: Pick<TestClient, 'gql'>,
  bytes: Uint8Array,
  filename?: string,
): Promise<Target> {
  const target = await announceOne(client, facts(bytes, filename))
  const response = await send(target, bytes)
  if (response.status !== 204) throw new Error(await response.text())
  return target
}

/** Sends files as `name-1.jpg`, `name-2.jpg` ... and completes them; the id of their run. */
export async function uploadNamed(
  client: Pick<TestClient, 'gql'>,
  name: string,
  files: readonly Uint8Array[],
  input: object = {},
): Promise<string> {
  const ids: string[] = []
  for (const [index, bytes] of files.entries())
    ids.push((await sendWhole(client, bytes, `${name}-${index + 1}.jpg`)).id)
  return (await complete(client, ids, input)).run.id
}
