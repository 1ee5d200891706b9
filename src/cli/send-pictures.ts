import { openAsBlob } from 'node:fs'
import path from 'node:path'
import PQueue from 'p-queue'
import { type Api, ApiError } from './api.ts'
import { activity, bytes } from './format.ts'
import { createProgress, type Step } from './progress.ts'

/** As many as keep the server busy while some are being sent. */
const atOnce = 4

export interface Sending {
  /** the file of the picture, then those that stand in for it when it is refused */
  files: readonly [string, ...string[]]
  artist: string
  venueTag: string | null
  recipes: string[] | null
}

export interface SendSummary {
  total: number
  imageIds: string[]
  /** how many of the images had something to make */
  made: number
  /** how many were known before */
  known: number
  /** what the service has taken in, but was not followed to its end */
  accepted: number
  failed: number
}

interface Options {
  /** the codes of what is wrong with every picture when it is wrong with one */
  commonMistakes: readonly string[]
  signal: AbortSignal
}

/**
 * Sends pictures and follows each until it is done, with a bar for each; at the signal it sends no more, and leaves what
 * is accepted to the service. Throws ApiError when nothing can be sent like this.
 */
export async function sendPictures(
  api: Api,
  sendings: readonly Sending[],
  { commonMistakes, signal }: Options,
): Promise<SendSummary> {
  using progress = createProgress(sendings.length, 'images')
  const summary: SendSummary = { total: sendings.length, imageIds: [], made: 0, known: 0, accepted: 0, failed: 0 }
  const queue = new PQueue({ concurrency: atOnce })
  const mistake = new AbortController()
  const isCommon = (error: unknown) => error instanceof ApiError && commonMistakes.includes(error.code ?? '')

  async function send(sending: Sending): Promise<void> {
    if (signal.aborted || mistake.signal.aborted) return
    const step = progress.start(path.basename(sending.files[0]))
    try {
      await sendBest({ api, sending, signal, summary, step, isCommon })
    } catch (error) {
      if (isCommon(error)) {
        step.drop()
        mistake.abort(error)
        return
      }
      summary.failed += 1
      step.done(`✗ ${(error as Error).message}`)
    }
  }

  await Promise.all(sendings.map((sending) => queue.add(() => send(sending))))
  mistake.signal.throwIfAborted()
  return summary
}

/** What has become of the files when somebody stopped the command. */
export function describeInterruption(summary: SendSummary, inProcess: boolean): string {
  const { total, imageIds, accepted, failed } = summary
  const failures = failed > 0 ? `, ${failed} failed` : ''
  const counts = `Interrupted: ${imageIds.length} of ${total} done${failures}, ${accepted} more accepted.`
  if (accepted === 0) return counts
  return inProcess
    ? `${counts} What was accepted is done by the next greenroom serve or upload.`
    : `${counts} The server goes on with what it has accepted.`
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
  task: { errorCode: string | null; errorMessage: string | null } | null
}

interface Context {
  api: Api
  sending: Sending
  signal: AbortSignal
  summary: SendSummary
  step: Step
  isCommon(error: unknown): boolean
}

/** What is wrong with a file, so that another one may do; of anything else a smaller one would only distract. */
const faultsOfFile = [
  'UNSUPPORTED_IMAGE_TYPE',
  'TOO_MANY_PIXELS',
  'IMAGE_TOO_LARGE',
  'IMAGE_TOO_SMALL',
  'CORRUPT_IMAGE',
  'POISON_IMAGE',
]

const isFaultOfFile = (error: unknown) => error instanceof ApiError && faultsOfFile.includes(error.code ?? '')

/** Sends the first file that has no fault. Throws ApiError with what was wrong with each. */
async function sendBest(context: Context): Promise<void> {
  const refusals: string[] = []
  for (const file of context.sending.files) {
    try {
      return await sendFile(context, file, refusals)
    } catch (error) {
      if (context.isCommon(error)) throw error
      refusals.push(`${path.basename(file)}: ${(error as Error).message}`)
      if (context.signal.aborted || !isFaultOfFile(error)) break
    }
  }
  throw new ApiError(refusals.join(' '))
}

/** Sends a file and follows it. Throws ApiError when the image was refused or failed. */
async function sendFile(context: Context, file: string, refusals: readonly string[]): Promise<void> {
  const { api, signal, summary, step } = context
  const name = path.basename(file)
  const { image, run, duplicate } = await post(api, file, context.sending)
  const selection = '{ seq type message run { progress } task { errorCode errorMessage } }'
  for await (const event of api.watch<Event>(selection, run.id, signal)) {
    step.update(event.run.progress, activity(event).replace(`${name} `, ''))
    if (event.type === 'TASK_FAILED') {
      throw new ApiError(event.task?.errorMessage ?? event.message, { code: event.task?.errorCode ?? null })
    }
  }
  if (signal.aborted) {
    summary.accepted += 1
    step.drop()
    return
  }
  summary.imageIds.push(image.id)
  if (run.totalCount > 0) summary.made += 1
  if (duplicate) summary.known += 1
  const instead = refusals.map((refusal) => ` Taken instead of ${refusal}`).join('')
  step.done(`✓ ${await describe(api, name, image.id, duplicate)}${instead}`)
}

async function post(api: Api, file: string, { artist, venueTag, recipes }: Sending): Promise<Accepted> {
  const { uploadImage } = await api.send<{ uploadImage: Accepted | { code: string; message: string } }>(
    mutation,
    { artistName: artist, venueTag, recipes },
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
