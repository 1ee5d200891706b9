import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Api, ApiError } from './api.ts'
import { type SendSummary, sendPictures } from './send-pictures.ts'

/** What in a folder is meant to be a picture; what is no picture after all, the server says. */
const pictures = /\.(jpe?g|png|webp|avif|gif|heic|heif|tiff?|bmp|svg)$/i

export interface UploadOptions {
  artist: string
  venue?: string
  recipe?: string[]
}

/** What is wrong with every file when it is wrong with one, as it is not about the file. */
const commonMistakes = ['INVALID_INPUT', 'UNKNOWN_RECIPE', 'STORAGE_NOT_CONFIGURED']

/**
 * Sends files, and the pictures in folders, and follows each until it is done; at the signal it sends no more, and
 * leaves what is accepted to the service. Throws ApiError when nothing can be sent like this.
 */
export async function uploadFiles(
  api: Api,
  paths: readonly string[],
  { artist, venue, recipe }: UploadOptions,
  signal: AbortSignal,
): Promise<SendSummary> {
  const files = (await Promise.all(paths.map(findPictures))).flat()
  if (files.length === 0) throw new ApiError(`There is no picture in ${paths.join(', ')}.`)
  const about = { artist, venueTag: venue ?? null, recipes: recipe ?? null }
  const sendings = files.map((file) => ({ ...about, files: [file] as const }))
  return sendPictures(api, sendings, { commonMistakes, signal })
}

async function findPictures(name: string): Promise<string[]> {
  const found = await stat(name).catch(() => null)
  if (!found) throw new ApiError(`There is no file or folder ${name}.`)
  if (!found.isDirectory()) return [name]
  const entries = await readdir(name, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && pictures.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}
