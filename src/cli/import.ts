import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type Api, ApiError } from './api.ts'
import { type Followed, startAndFollow } from './follow.ts'

export interface ImportOptions {
  artist: string
  venue?: string
  recipe?: string[]
  /** a file with an address on each line, or - */
  from?: string
}

const mutation = `mutation ($input: ImportImagesInput!) { importImages(input: $input) {
  ... on StartRunPayload { run { id } } ... on Error { code message } } }`

/** Throws ApiError when the import is not accepted, and the signal's reason before it is. */
export async function importUrls(
  api: Api,
  urls: readonly string[],
  { artist, venue, recipe, from }: ImportOptions,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  const all = [...urls, ...(from ? await readList(from, signal) : [])]
  if (all.length === 0) throw new ApiError('Give addresses of pictures, or a file of them with --from.')
  const input = { urls: all, artistName: artist, venueTag: venue ?? null, recipes: recipe ?? null }
  return startAndFollow(api, { mutation, input }, signal, output)
}

/** One address a line; empty lines and those that begin with # do not count. */
async function readList(name: string, signal: AbortSignal): Promise<string[]> {
  const source = addAbortSignal(signal, name === '-' ? process.stdin : createReadStream(name))
  const content = await text(source).catch((cause: Error) => {
    signal.throwIfAborted()
    throw new ApiError(`${name} cannot be read: ${cause.message}`, { cause })
  })
  const lines = content.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}
