import { type Api, ApiError } from './api.ts'
import { followRun } from './follow.ts'
import { bytes, duration, shortId } from './format.ts'

export interface BackfillOptions {
  /** everything, not only what lacks something */
  force?: boolean
  /** what was made by a recipe that has changed since */
  stale?: boolean
  dryRun?: boolean
  recipe?: string[]
}

interface Preview {
  totalCount: number
  units: number
  megapixels: number
  seconds: number
  bytes: number
  storageReads: number
  storageWrites: number
}

/** What a run would be, for people. */
export async function previewBackfill(api: Api, options: BackfillOptions): Promise<string> {
  const { runPreview } = await api.query<{ runPreview: Preview }>(
    `query ($scope: RunScopeInput!) { runPreview(scope: $scope) {
      totalCount units megapixels seconds bytes storageReads storageWrites } }`,
    { scope: scopeOf(options) },
  )
  const { totalCount, units, megapixels, seconds, storageReads, storageWrites } = runPreview
  if (totalCount === 0) return nothingToDo
  return [
    `images    ${totalCount}`,
    `variants  ${units} to make, about ${bytes(runPreview.bytes)}`,
    `pixels    ${megapixels.toFixed(1)} megapixels to decode`,
    `time      about ${duration(seconds)} on the server's machine, idle`,
    `storage   ${storageReads} reads, ${storageWrites} writes`,
  ].join('\n')
}

const nothingToDo = 'There is nothing to do: every image has every variant of its recipes.'

function scopeOf({ force = false, stale = false, recipe }: BackfillOptions) {
  const scope = force ? 'ALL' : stale ? 'STALE' : 'MISSING'
  return { scope, recipes: recipe ?? null }
}

interface Started {
  reprocessImages: { code?: string; message?: string; activeRunId?: string; run: { id: string } }
}

/**
 * Makes what images lack, and follows the run; one that is under way already is followed instead. Resolves to the run's
 * global id (null when there was nothing to do) and to whether everything worked. Throws ApiError, and the signal's reason
 * before it starts.
 */
export async function backfill(
  api: Api,
  options: BackfillOptions,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<{ runId: string | null; succeeded: boolean }> {
  signal.throwIfAborted()
  const { reprocessImages: answer } = await api.query<Started>(
    `mutation ($input: ReprocessImagesInput!) { reprocessImages(input: $input) {
      ... on StartRunPayload { run { id } } ... on Error { code message } ... on RunAlreadyActiveError { activeRunId } } }`,
    { input: scopeOf(options) },
  )
  if (answer.code === 'NO_IMAGES_MATCHED') {
    output.write(`${nothingToDo}\n`)
    return { runId: null, succeeded: true }
  }
  const id = answer.activeRunId ?? answer.run?.id
  if (!id) throw new ApiError(answer.message ?? 'The run was not started.', { code: answer.code ?? null })
  if (answer.activeRunId) output.write(`A run is under way already: following ${shortId(id)}.\n`)
  return { runId: id, succeeded: await followRun(api, id, signal, output) }
}
