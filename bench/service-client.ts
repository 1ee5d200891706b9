import { setTimeout as sleep } from 'node:timers/promises'
import { multipart } from '../test/support/client.ts'

/** How often it asks what has become of its images. */
const askEveryMs = 100
/** The most ids in one question. */
const pageSize = 100

const uploadMutation = `mutation ($input: UploadImageInput!) {
  uploadImage(input: $input) { ... on UploadImagePayload { image { id } } ... on Error { code } }
}`
const statusQuery = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image { id status } } }'
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

export interface ServiceClient {
  /** an id, or the code it was refused with */
  upload(bytes: Uint8Array): Promise<{ id: string } | { code: string }>
  /** the status of an image, once nothing is under way for it */
  ended(id: string): Promise<string>
  /** uploads, and resolves to the id when the image is seen READY; throws when it comes to anything else */
  process(bytes: Uint8Array): Promise<string>
  variants(ids: readonly string[]): Promise<{ sha256: string; variants: ShownVariant[] }[]>
}

/** Speaks to a service over HTTP; one client asks for all its images at once, so that asking costs little. */
export function createServiceClient(url: string, recipe: string): ServiceClient {
  const waiting = new Map<string, { resolve(status: string): void; reject(error: unknown): void }>()
  let isAsking = false

  async function askUntilNoneWaits(): Promise<void> {
    isAsking = true
    while (waiting.size > 0) {
      await sleep(askEveryMs)
      const { nodes } = await ask<{ nodes: { id: string; status: string }[] }>(url, statusQuery, [...waiting.keys()])
      for (const { id, status } of nodes) {
        if (status === 'PROCESSING') continue
        waiting.get(id)?.resolve(status)
        waiting.delete(id)
      }
    }
    isAsking = false
  }

  function ended(id: string): Promise<string> {
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      if (isAsking) return
      askUntilNoneWaits().catch((error) => {
        for (const each of waiting.values()) each.reject(error)
      })
    })
  }

  async function upload(bytes: Uint8Array) {
    const input = { artistName: 'Carl Cox', recipes: [recipe] }
    const form = multipart(uploadMutation, input, bytes, 'photo.jpg')
    type Answer = { image?: { id: string }; code?: string }
    const { image, code } = (await post<{ uploadImage: Answer }>(url, form)).uploadImage
    return image ? { id: image.id } : { code: code ?? 'nothing' }
  }

  return {
    upload,
    ended,
    async process(bytes) {
      const answer = await upload(bytes)
      if (!('id' in answer)) throw new Error(`A photograph was refused: ${answer.code}`)
      const status = await ended(answer.id)
      if (status !== 'READY') throw new Error(`A photograph became ${status}.`)
      return answer.id
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

function ask<T>(url: string, query: string, ids: readonly string[]): Promise<T> {
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
