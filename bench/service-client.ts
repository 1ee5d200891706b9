import { setTimeout as sleep } from 'node:timers/promises'
import { multipart } from '../test/support/client.ts'

/** How often it asks what has become of its images. */
const askEveryMs = 100
/** The most ids in one question. */
const pageSize = 100
/** of one artist, one after the other */
const picturesEach = 3

const uploadMutation = `mutation ($input: UploadImageInput!) {
  uploadImage(input: $input) { ... on UploadImagePayload { image { id } run { id } } ... on Error { code } }
}`
const runsQuery = 'query { runs(status: [QUEUED, RUNNING], first: 100) { nodes { id } } }'
const statusQuery = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image { id status } } }'
const timesQuery = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image { usableAt readyAt } } }'
const variantsQuery = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Image { sha256 variants { name format width height byteSize sha256 } } }
}`

export interface ShownVariant {
  name: string
  format: string
  width: number
  height: number
  byteSize: number
  sha256: string
}

export interface Accepted {
  id: string
  runId: string
}

export interface Refused {
  code: string
}

/** At most 100 images may wait at once. */
export interface ServiceClient {
  upload(bytes: Uint8Array): Promise<Accepted | Refused>
  /** the status of an image, once its run is over */
  ended(accepted: Accepted): Promise<string>
  /** uploads, and resolves to the id when the image is seen READY; throws when it comes to anything else */
  process(bytes: Uint8Array): Promise<string>
  /** as the service has noted them, ISO 8601 */
  times(id: string): Promise<{ usableAt: string; readyAt: string }>
  variants(ids: readonly string[]): Promise<{ sha256: string; variants: ShownVariant[] }[]>
}

/**
 * Speaks to a service over HTTP. Asking has to cost the service little: which runs there are, for all images at once, and
 * after an image only when its run is no more among them.
 */
export function createServiceClient(url: string, recipe: string | readonly string[]): ServiceClient {
  const waiting = new Map<string, { id: string; resolve(status: string): void; reject(error: unknown): void }>()
  let isAsking = false
  let uploads = 0

  async function askUntilNoneWaits(): Promise<void> {
    isAsking = true
    while (waiting.size > 0) {
      await sleep(askEveryMs)
      // those that come to wait meanwhile may be missing in the answer
      const asked = [...waiting.keys()]
      const { runs } = await ask<{ runs: { nodes: { id: string }[] } }>(url, runsQuery)
      const unfinished = new Set(runs.nodes.map(({ id }) => id))
      await tellStatus(asked.filter((runId) => !unfinished.has(runId)))
    }
    isAsking = false
  }

  async function tellStatus(runIds: string[]): Promise<void> {
    const over = runIds.flatMap((runId) => waiting.get(runId) ?? [])
    if (over.length === 0) return
    const ids = over.map(({ id }) => id)
    const { nodes } = await ask<{ nodes: { status: string }[] }>(url, statusQuery, ids)
    for (const runId of runIds) waiting.delete(runId)
    for (const [index, { resolve }] of over.entries()) resolve(nodes[index]?.status ?? 'missing')
  }

  function ended({ id, runId }: Accepted): Promise<string> {
    return new Promise((resolve, reject) => {
      waiting.set(runId, { id, resolve, reject })
      if (isAsking) return
      askUntilNoneWaits().catch((error) => {
        for (const each of waiting.values()) each.reject(error)
      })
    })
  }

  async function upload(bytes: Uint8Array): Promise<Accepted | Refused> {
    uploads += 1
    // as in the world, where an artist has some pictures and not all of them
    const input = { artistName: `Artist ${Math.ceil(uploads / picturesEach)}`, recipes: [recipe].flat() }
    const form = multipart(uploadMutation, input, bytes, 'photo.jpg')
    type Answer = { image?: { id: string }; run?: { id: string }; code?: string }
    const { image, run, code } = (await post<{ uploadImage: Answer }>(url, form)).uploadImage
    return image && run ? { id: image.id, runId: run.id } : { code: code ?? 'nothing' }
  }

  return {
    upload,
    ended,
    async process(bytes) {
      const answer = await upload(bytes)
      if ('code' in answer) throw new Error(`A photograph was refused: ${answer.code}`)
      const status = await ended(answer)
      if (status !== 'READY') throw new Error(`A photograph became ${status}.`)
      return answer.id
    },
    async times(id) {
      type Answer = { nodes: [{ usableAt: string; readyAt: string }] }
      const { nodes } = await ask<Answer>(url, timesQuery, [id])
      return nodes[0]
    },
    async variants(ids) {
      const shown = []
      for (let from = 0; from < ids.length; from += pageSize) {
        type Answer = { nodes: { sha256: string; variants: ShownVariant[] }[] }
        shown.push(...(await ask<Answer>(url, variantsQuery, ids.slice(from, from + pageSize))).nodes)
      }
      return shown
    },
  }
}

function ask<T>(url: string, query: string, ids: readonly string[] = []): Promise<T> {
  return post<T>(url, JSON.stringify({ query, variables: { ids } }))
}

async function post<T>(url: string, body: FormData | string): Promise<T> {
  const headers: Record<string, string> = { 'x-graphql-yoga-csrf': '1' }
  if (typeof body === 'string') headers['content-type'] = 'application/json'
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
  if (errors) throw new Error(`The service answered with errors: ${JSON.stringify(errors)}`)
  return data
}
