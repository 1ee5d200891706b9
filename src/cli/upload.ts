import { openAsBlob } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import PQueue from 'p-queue'
import { type Api, ApiError } from './api.ts'
import { bytes } from './format.ts'
import { createProgress, type Step } from './progress.ts'

/** As many as keep the server busy while some are being sent. */
const atOnce = 4

/** What in a folder is meant to be a picture; what is no picture after all, the server says. */
const pictures = /\.(jpe?g|png|webp|avif|gif|heic|heif|tiff?|bmp|svg)$/i

export interface UploadOptions {
  artist: string
  venue?: string
  recipe?: string[]
}

export interface UploadSummary {
  imageIds: string[]
  failed: number
}

/** Sends files, and the pictures in folders, and follows each until it is done. */
export async function uploadFiles(api: Api, paths: readonly string[], options: UploadOptions): Promise<UploadSummary> {
  const files = (await Promise.all(paths.map(findPictures))).flat()
  if (files.length === 0) throw new ApiError(`There is no picture in ${paths.join(', ')}.`)
  using progress = createProgress(files.length, 'images')
  const queue = new PQueue({ concurrency: atOnce })
  const results = await Promise.all(
    files.map((file) =>
      queue.add(async () => {
        const step = progress.start(path.basename(file))
        try {
          return await uploadFile(api, file, options, step)
        } catch (error) {
          step.done(`✗ ${path.basename(file)}: ${(error as Error).message}`)
          return null
        }
      }),
    ),
  )
  const imageIds = results.flatMap((id) => id ?? [])
  return { imageIds, failed: files.length - imageIds.length }
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

const mutation = `mutation ($file: File!, $artistName: String!, $venueTag: String, $recipes: [String!]) {
  uploadImage(input: { file: $file, artistName: $artistName, venueTag: $venueTag, recipes: $recipes }) {
    ... on UploadImagePayload { duplicate image { id } run { id } }
    ... on Error { message }
  }
}`

interface Uploaded {
  uploadImage: { message?: string; duplicate: boolean; image: { id: string }; run: { id: string } }
}

interface Event {
  seq: number
  type: string
  message: string
  run: { progress: number }
  task: { errorMessage: string | null } | null
}

/** Throws ApiError when the image was refused or failed; resolves to its id. */
async function uploadFile(api: Api, file: string, options: UploadOptions, step: Step): Promise<string> {
  const name = path.basename(file)
  const blob = await openAsBlob(file)
  const { uploadImage } = await api.send<Uploaded>(
    mutation,
    { artistName: options.artist, venueTag: options.venue ?? null, recipes: options.recipe ?? null },
    new File([blob], name),
  )
  if (uploadImage.message) throw new ApiError(uploadImage.message)
  const { image, run, duplicate } = uploadImage
  for await (const event of api.watch<Event>('{ seq type message run { progress } task { errorMessage } }', run.id)) {
    step.update(event.run.progress, event.message)
    if (event.type === 'TASK_FAILED') throw new ApiError(event.task?.errorMessage ?? event.message)
  }
  step.done(`✓ ${await describe(api, name, image.id, duplicate)}`)
  return image.id
}

async function describe(api: Api, name: string, id: string, duplicate: boolean): Promise<string> {
  const { image } = await api.query<{
    image: { byteSize: number; warnings: string[]; variants: { byteSize: number }[] }
  }>('query ($id: ID!) { image(id: $id) { byteSize warnings variants { byteSize } } }', { id })
  const made = image.variants.reduce((sum, variant) => sum + variant.byteSize, 0)
  const known = duplicate ? ', known already' : ''
  const warnings = image.warnings.map((warning) => ` ${warning}`).join('')
  return `${name}: ${bytes(image.byteSize)} in, ${image.variants.length} variants of ${bytes(made)} out${known}.${warnings}`
}
