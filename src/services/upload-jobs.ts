import { NotFoundError } from '../errors.ts'
import type { Prisma, Run } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import type { PublicUrls } from './public-urls.ts'
import type { RunScope } from './run-scope.ts'

/** The recipe whose variants are the results of a job. */
export const jobRecipe = 'presets'

export interface JobResult {
  url: string
  width: number
  height: number
}

/** An upload as the older upload service told of it. */
export interface UploadJob {
  id: string
  status: 'processing' | 'completed' | 'failed'
  /** by name of the variant; empty until the job is completed */
  results: Record<string, JobResult>
  error: string | null
  completedAt: Date | null
}

export interface UploadJobs {
  /** The job that the run of an upload is. Throws NotFoundError, also for a run that is not of one upload. */
  find(runId: string): Promise<UploadJob>
}

const withResults = {
  sets: {
    where: { recipe: jobRecipe, state: 'CURRENT', ready: true },
    include: { variants: { orderBy: { width: 'asc' } } },
  },
} satisfies Prisma.ImageInclude

type ImageWithResults = Prisma.ImageGetPayload<{ include: typeof withResults }>

export function createUploadJobs({ db, urls }: { db: Db; urls: PublicUrls }): UploadJobs {
  function complete({ id, createdAt }: Run, { sets }: ImageWithResults): UploadJob | null {
    const variants = sets.flatMap((set) => set.variants)
    if (variants.length === 0) return null
    const results = variants.map(
      ({ name, key, width, height }) => [name, { url: urls.of(key), width, height }] as const,
    )
    // of a picture that was known, everything was there when the job began
    const times = [createdAt, ...variants.map((variant) => variant.createdAt)].map((date) => date.getTime())
    const completedAt = new Date(Math.max(...times))
    return { id, status: 'completed', results: Object.fromEntries(results), error: null, completedAt }
  }

  async function unfinished(run: Run, imageId: string): Promise<UploadJob> {
    const job = { id: run.id, results: {}, completedAt: null }
    if (!run.finishedAt) return { ...job, status: 'processing', error: null }
    const task = await db.task.findFirst({ where: { runId: run.id, imageId }, select: { errorMessage: true } })
    return { ...job, status: 'failed', error: describeEnd(run, task?.errorMessage ?? null) }
  }

  return {
    async find(runId) {
      const run = await db.run.findUnique({ where: { id: runId } })
      const imageId = run && uploadedImage(run.scope as unknown as RunScope)
      if (!run || !imageId) throw new NotFoundError('job', runId)
      const image = await db.image.findUnique({ where: { id: imageId }, include: withResults })
      if (!image || image.deletedAt) {
        return { id: runId, status: 'failed', results: {}, error: 'The image has been deleted.', completedAt: null }
      }
      // its results count, not its run, which may have more to make
      return complete(run, image) ?? unfinished(run, imageId)
    },
  }
}

function uploadedImage(scope: RunScope): string | null {
  const [imageId, ...others] = scope.kind === 'UPLOAD' ? (scope.imageIds ?? []) : []
  return imageId && others.length === 0 ? imageId : null
}

function describeEnd({ status, cancelReason, lastError }: Run, taskError: string | null): string {
  if (status === 'CANCELLED') return cancelReason ? `The job was cancelled: ${cancelReason}` : 'The job was cancelled.'
  return taskError ?? lastError ?? 'Its results are no longer in storage; send the picture again.'
}
