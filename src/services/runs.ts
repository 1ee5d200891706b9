import { NoImagesMatchedError, RunAlreadyActiveError } from '../errors.ts'
import type { Prisma, Run, RunOutcome } from '../generated/sqlite/client.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { isUniqueViolation } from './db/sql.ts'
import { recordRun } from './run-events.ts'
import { checkReprocessScope, type ReprocessScope, type RunScope, scopeCondition } from './run-scope.ts'

export const lanes = { interactive: 0, background: 1 } as const

interface TaskSubject {
  id: string
  filename: string
  width: number
  height: number
}

export const megapixels = ({ width, height }: { width: number; height: number }) => (width * height) / 1e6

/**
 * A run over known images, with its tasks and first events, in the caller's transaction: once that is committed,
 * nothing is lost. No images: a run that is over at once, NOTHING_TO_DO.
 */
export async function startImageRun(tx: Tx, scope: RunScope, images: readonly TaskSubject[]): Promise<Run> {
  const lane = lanes.interactive
  const plannedWork = images.reduce((sum, image) => sum + megapixels(image), 0)
  const { id } = await tx.run.create({ data: { kind: 'UPLOAD', lane, scope: toJson(scope), plannedAt: new Date() } })
  await tx.task.createMany({
    data: images.map((image, index) => ({
      runId: id,
      lane,
      position: index + 1,
      imageId: image.id,
      subject: image.filename,
      plannedWork: megapixels(image),
    })),
  })
  const run = await recordRun(tx, id, { totalCount: images.length, plannedWork }, [
    { type: 'QUEUED', message: 'The run is queued.' },
    { type: 'PLANNED', message: describePlan(images.length) },
  ])
  return finishRunIfDone(tx, run)
}

export function describePlan(tasks: number): string {
  if (tasks === 0) return 'There is nothing to do.'
  return tasks === 1 ? 'There is 1 image to do.' : `There are ${tasks} images to do.`
}

const outcomeMessages: Record<RunOutcome, string> = {
  CLEAN: 'Everything is done.',
  WITH_ISSUES: 'Everything is done; some images have warnings or needed another attempt.',
  WITH_FAILURES: 'Done, but some images failed.',
  ALL_FAILED: 'Every image failed.',
  NOTHING_TO_DO: 'There was nothing to do.',
}

/** Ends a run that is planned and whose tasks are all over. Call it in each transaction that ended a task. */
export async function finishRunIfDone(tx: Tx, run: Run): Promise<Run> {
  if (!run.plannedAt || run.processedCount < run.totalCount) return run
  const outcome = await outcomeOf(tx, run)
  const status = outcome === 'ALL_FAILED' ? 'FAILED' : 'SUCCEEDED'
  const { count } = await tx.run.updateMany({
    where: { id: run.id, status: { in: ['QUEUED', 'RUNNING'] } },
    data: { status, outcome, activeKey: null, finishedAt: new Date(), doneWork: run.plannedWork },
  })
  if (count !== 1) return run
  return recordRun(tx, run.id, {}, [{ type: status, message: outcomeMessages[outcome] }])
}

async function outcomeOf(tx: Tx, run: Run): Promise<RunOutcome> {
  if (run.skippedCount === run.totalCount) return 'NOTHING_TO_DO'
  if (run.failedCount === run.totalCount) return 'ALL_FAILED'
  if (run.failedCount > 0) return 'WITH_FAILURES'
  const issue = await tx.task.findFirst({
    where: {
      runId: run.id,
      OR: [{ attempt: { gt: 1 } }, { image: { NOT: { warnings: { equals: [] } } } }],
    },
    select: { id: true },
  })
  return issue ? 'WITH_ISSUES' : 'CLEAN'
}

export interface Runs {
  /**
   * Accepts a run over many images; they are planned in the background. Throws NoImagesMatchedError,
   * RunAlreadyActiveError (scopes other than IMAGES exclude each other), InvalidInputError, UnknownRecipeError.
   */
  reprocess(scope: ReprocessScope, ids: string[], recipes: string[] | null): Promise<Run>
}

export function createRuns({ db, bell, wake }: { db: Db; bell: Bell; wake: () => void }): Runs {
  return {
    async reprocess(scopeName, ids, recipes) {
      const scope = checkReprocessScope(scopeName, ids, recipes)
      if (scope.kind !== 'REPROCESS') throw new Error('checkReprocessScope answers REPROCESS scopes')
      const match = await db.$queryRaw<unknown[]>`SELECT 1 FROM "Image" i WHERE ${scopeCondition(scope)} LIMIT 1`
      if (match.length === 0) throw new NoImagesMatchedError()
      const run = await createReprocessRun(db, scope, scopeName === 'IMAGES' ? null : 'reprocess')
      bell.ring(`run:${run.id}`)
      wake()
      return run
    },
  }
}

async function createReprocessRun(db: Db, scope: RunScope, activeKey: string | null): Promise<Run> {
  try {
    return await db.$transaction(async (tx) => {
      const { id } = await tx.run.create({
        data: { kind: 'REPROCESS', lane: lanes.background, scope: toJson(scope), activeKey },
      })
      return recordRun(tx, id, {}, [{ type: 'QUEUED', message: 'The run is queued.' }])
    })
  } catch (error) {
    if (!isUniqueViolation(error) || activeKey === null) throw error
    const active = await db.run.findUnique({ where: { activeKey } })
    // it ended between the two: the key is free again
    if (!active) return createReprocessRun(db, scope, activeKey)
    throw new RunAlreadyActiveError(active.id)
  }
}

function toJson(scope: RunScope): Prisma.InputJsonObject {
  return scope as unknown as Prisma.InputJsonObject
}
