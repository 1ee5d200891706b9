import { openAsBlob } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import PQueue from 'p-queue'
import { type Api, ApiError } from './api.ts'
import { activity, bytes } from './format.ts'
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
  total: number
  imageIds: string[]
  /** how many of the images had something to make */
  made: number
  /** what the service has taken in, but was not followed to its end */
  accepted: number
  failed: number
}

/** What is wrong with every file when it is wrong with one, as it is not about the file. */
const commonMistakes = ['INVALID_INPUT', 'UNKNOWN_RECIPE']

const isCommon = (error: unknown) => error instanceof ApiError && commonMistakes.includes(error.code ?? '')

/**
 * Sends files, and the pictures in folders, and follows each until it is done; at the signal it sends no more, and
 * leaves what is accepted to the service. Throws ApiError when nothing can be sent like this.
 */
export async function uploadFiles(
  api: Api,
  paths: readonly string[],
  options: UploadOptions,
  signal: AbortSignal,
): Promise<UploadSummary> {
  const files = (await Promise.all(paths.map(findPictures))).flat()
  if (files.length === 0) throw new ApiError(`There is no picture in ${paths.join(', ')}.`)
  using progress = createProgress(files.length, 'images')
  const summary: UploadSummary = { total: files.length, imageIds: [], made: 0, accepted: 0, failed: 0 }
  const queue = new PQueue({ concurrency: atOnce })
  const mistake = new AbortController()

  async function upload(file: string): Promise<void> {
    if (signal.aborted || mistake.signal.aborted) return
    const step = progress.start(path.basename(file))
    try {
      await uploadFile({ api, options, signal, summary }, file, step)
    } catch (error) {
      if (isCommon(error)) {
        step.drop()
        mistake.abort(error)
        return
      }
      summary.failed += 1
      step.done(`✗ ${path.basename(file)}: ${(error as Error).message}`)
    }
  }

  await Promise.all(files.map((file) => queue.add(() => upload(file))))
  mistake.signal.throwIfAborted()
  return summary
}

/** What has become of the files when somebody stopped the command. */
export function describeInterruption(summary: UploadSummary, inProcess: boolean): string {
  const { total, imageIds, accepted, failed } = summary
  const failures = failed > 0 ? `, ${failed} failed` : ''
  const counts = `Interrupted: ${imageIds.length} of ${total} done${failures}, ${accepted} more accepted.`
  if (accepted === 0) return counts
  return inProcess
    ? `${counts} What was accepted is done by the next greenroom serve or upload.`
    : `${counts} The server goes on with what it has accepted.`
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
    ... on UploadImagePayload { duplicate image { id } run { id totalCount } }
    ... on Error { code message }
  }
}`

interface Accepted {
  duplicate: boolean
  image: { id: string }
  run: { id: string; totalCount: number }
}

interface Event {
  seq: number
  type: string
  message: string
  run: { progress: number }
  task: { errorMessage: string | null } | null
}

interface Upload {
  api: Api
  options: UploadOptions
  signal: AbortSignal
  summary: UploadSummary
}

/** Sends a file and follows it. Throws ApiError when the image was refused or failed. */
async function uploadFile({ api, options, signal, summary }: Upload, file: string, step: Step): Promise<void> {
  const name = path.basename(file)
  const { image, run, duplicate } = await send(api, file, options)
  const selection = '{ seq type message run { progress } task { errorMessage } }'
  for await (const event of api.watch<Event>(selection, run.id, signal)) {
    step.update(event.run.progress, activity(event).replace(`${name} `, ''))
    if (event.type === 'TASK_FAILED') throw new ApiError(event.task?.errorMessage ?? event.message)
  }
  if (signal.aborted) {
    summary.accepted += 1
    step.drop()
    return
  }
  summary.imageIds.push(image.id)
  if (run.totalCount > 0) summary.made += 1
  step.done(`✓ ${await describe(api, name, image.id, duplicate)}`)
}

async function send(api: Api, file: string, options: UploadOptions): Promise<Accepted> {
  const { uploadImage } = await api.send<{ uploadImage: Accepted | { code: string; message: string } }>(
    mutation,
    { artistName: options.artist, venueTag: options.venue ?? null, recipes: options.recipe ?? null },
    new File([await openAsBlob(file)], path.basename(file)),
  )
  if (!('message' in uploadImage)) return uploadImage
  const { code, message } = uploadImage
  const hint = code === 'UNSUPPORTED_IMAGE_TYPE' ? ' (JPEG, PNG and WebP are)' : ''
  throw new ApiError(`${message}${hint}`, { code })
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
