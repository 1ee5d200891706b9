import { InvalidInputError, NoImagesMatchedError, NotFoundError } from '../errors.ts'
import { type Image, Prisma, type Run } from '../generated/sqlite/client.ts'
import type { Asker } from './asker.ts'
import type { Bell } from './bell.ts'
import { cancelTasks } from './cancellations.ts'
import { planSync } from './d1-outbox.ts'
import type { Db, Tx } from './db/open-db.ts'
import type { Dialect } from './db/sql.ts'
import { createExclusively, exclusively } from './exclusive-run.ts'
import { imageRanges } from './image-range.ts'
import { checkImport, type ImportInput } from './import-input.ts'
import { lanes } from './lanes.ts'
import {
  checkReprocessScope,
  growsItsPlan,
  type ImageScope,
  type ReprocessScope,
  type RetryChoice,
  type RetryScope,
  type RunScope,
  retriedTasks,
  retryScope,
  type ScrapeScope,
  type SyncScope,
  scopeCondition,
  type UploadScope,
} from './run-scope.ts'
import { createPlannedRun, type NewRun, type NewTask, pause, resume, startCancelling } from './run-states.ts'

/**
 * A run with all its tasks and first events, in the caller's transaction: once that is committed, nothing is lost. No
 * tasks: a run that is over at once, NOTHING_TO_DO.
 */
export function startRun(tx: Tx, newRun: NewRun, tasks: readonly NewTask[]): Promise<Run> {
  return createPlannedRun(tx, newRun, tasks, { grows: growsItsPlan(newRun.scope) })
}

/** Its work is its megapixels. */
export const taskOf = ({ id, filename, width, height }: Image): NewTask => ({
  imageId: id,
  subject: filename,
  plannedWork: (width * height) / 1e6,
})

/** A run over known images, which takes its turn before those of the background. */
export function startImageRun(tx: Tx, scope: UploadScope, images: readonly Image[], by: Asker): Promise<Run> {
  return startRun(tx, { kind: 'UPLOAD', lane: lanes.interactive, scope, by }, images.map(taskOf))
}

/** What people and programs may do with runs. Throws NotFoundError where it takes an id. */
export interface Runs {
  /**
   * Accepts a run that takes in what addresses hold. Throws InvalidInputError, SourceBlockedError for addresses that
   * will never be fetched, UnknownRecipeError.
   */
  importUrls(input: ImportInput, by: Asker): Promise<Run>
  /**
   * Accepts a run that compares storage with the database, both ways; with `fix` it makes what is missing and deletes
   * what nothing names. Throws RunAlreadyActiveError.
   */
  reconcile(fix: boolean, by: Asker): Promise<Run>
  /**
   * Accepts a run that reads these pages, which `remember` records with it, and takes in what they lead to. Throws
   * RunAlreadyActiveError: one at a time, or servers would be asked twice.
   */
  scrape(scope: ScrapeScope, pages: readonly string[], remember: (tx: Tx) => Promise<void>, by: Asker): Promise<Run>
  /** Accepts a run that sends venue events to D1. Throws RunAlreadyActiveError. */
  sync(scope: SyncScope, by: Asker): Promise<Run>
  /**
   * Accepts a run over many images; they are planned in the background. Throws NoImagesMatchedError,
   * RunAlreadyActiveError (scopes other than IMAGES exclude each other), InvalidInputError, UnknownRecipeError.
   */
  reprocess(scope: ReprocessScope, ids: string[], recipes: string[] | null, by: Asker): Promise<Run>
  /**
   * Accepts a run over tasks of one that is over. Throws NoImagesMatchedError, RunAlreadyActiveError when that is
   * being retried already, InvalidInputError when it is not over.
   */
  retry(id: string, only: RetryChoice, by: Asker): Promise<Run>
  /**
   * CANCELLED at once when nothing is in work, else within a second or so. One that is over stays as it is. Throws
   * InvalidInputError for a reason that is too long.
   */
  cancel(id: string, reason: string | null, by: Asker): Promise<Run>
  /** nothing more of it is begun; throws InvalidInputError when it is over */
  pause(id: string, by: Asker): Promise<Run>
  /** throws InvalidInputError when it is over */
  resume(id: string): Promise<Run>
}

interface Deps {
  db: Db
  dialect: Dialect
  bell: Bell
  /** there may be work */
  wake: () => void
  settings: {
    defaultRecipes: readonly string[]
    /** throws SourceBlockedError, InvalidInputError */
    checkSource: (url: string) => URL
    /** throws StorageNotConfiguredError; a storage that is only away for now is waited for */
    checkStorage: () => Promise<void>
  }
}

const maxReason = 500

export function createRuns({ db, dialect, bell, wake, settings }: Deps): Runs {
  const accept = (run: NewRun) => announce(() => createExclusively(db, run))

  /** With tasks that need no planning: whatever they are about is fetched or looked up when it is their turn. */
  const acceptTasks = (run: NewRun, subjects: readonly string[], also: (tx: Tx) => Promise<unknown> = async () => {}) =>
    announce(() =>
      exclusively(db, run, async (tx) => {
        await also(tx)
        // nobody knows their sizes before: each is the same share of the run
        return startRun(
          tx,
          run,
          subjects.map((subject) => ({ subject, imageId: null, plannedWork: 1 })),
        )
      }),
    )

  /** Throws StorageNotConfiguredError: not one of its tasks could be done. */
  async function announce(create: () => Promise<Run>): Promise<Run> {
    await settings.checkStorage()
    const accepted = await create()
    bell.ring('run', accepted.id)
    wake()
    return accepted
  }

  async function mustFind(id: string): Promise<Run> {
    const run = await db.run.findUnique({ where: { id } })
    if (!run) throw new NotFoundError('run', id)
    return run
  }

  /** Null from `change` means that nothing had to be changed. */
  async function changeUnfinished(id: string, verb: string, change: (tx: Tx) => Promise<Run | null>): Promise<Run> {
    const changed = await db.$transaction(change)
    if (changed) bell.ring('run', id)
    const run = changed ?? (await mustFind(id))
    if (!changed && (run.finishedAt || run.status === 'CANCELLING')) {
      const state = run.finishedAt ? 'over' : 'ending'
      throw new InvalidInputError('id', `The run is ${state} (${run.status}), so there is nothing to ${verb}.`)
    }
    return run
  }

  /** Its pages may lead to more tasks, so it is no copy of those that failed. */
  async function retryScrape(parent: Run, scope: RetryScope, by: Asker): Promise<Run> {
    const tasks = await db.$queryRaw<{ subject: string }[]>`
      SELECT p."subject" AS subject FROM ${retriedTasks(scope, dialect)} ORDER BY p."position"`
    const run = { kind: parent.kind, lane: parent.lane, scope, activeKey: 'scrape', parentRunId: parent.id, by }
    return acceptTasks(
      run,
      tasks.map(({ subject }) => subject),
    )
  }

  return {
    importUrls(input, by) {
      const { urls, scope } = checkImport(input, settings)
      // other people's servers take their time, and uploads must not wait for them
      return acceptTasks({ kind: 'IMPORT', lane: lanes.background, scope, by }, urls)
    },
    scrape: (scope, pages, remember, by) =>
      acceptTasks({ kind: 'SCRAPE', lane: lanes.background, scope, activeKey: 'scrape', by }, pages, remember),
    async sync(scope, by) {
      const run = { kind: 'SYNC', lane: lanes.background, scope, activeKey: 'sync', by } as const
      return acceptTasks(run, await planSync(db, scope))
    },
    reconcile: (fix, by) =>
      accept({
        kind: 'RECONCILE',
        lane: lanes.background,
        scope: { kind: 'RECONCILE', recipes: null, fix },
        activeKey: 'reconcile',
        by,
      }),
    async reprocess(scopeName, ids, recipes, by) {
      const scope = checkReprocessScope(scopeName, ids, recipes)
      if (!(await matchesAny(db, dialect, scope))) throw new NoImagesMatchedError()
      const activeKey = scopeName === 'IMAGES' ? null : 'reprocess'
      return accept({ kind: 'REPROCESS', lane: lanes.background, scope, activeKey, by })
    },
    async retry(id, only, by) {
      const parent = await mustFind(id)
      if (!parent.finishedAt) {
        throw new InvalidInputError('id', 'The run is still under way; wait for its end, or cancel it first.')
      }
      const scope = retryScope({ id, scope: parent.scope as unknown as RunScope }, only)
      if (!(await exists(db, retriedTasks(scope, dialect)))) throw new NoImagesMatchedError()
      if (growsItsPlan(scope)) return retryScrape(parent, scope, by)
      return accept({ kind: parent.kind, lane: parent.lane, scope, activeKey: `retry ${id}`, parentRunId: id, by })
    },
    async cancel(id, reason, by) {
      if (reason && reason.length > maxReason) {
        throw new InvalidInputError('reason', `A reason has at most ${maxReason} characters.`)
      }
      const run = await db.$transaction(async (tx) => {
        const stopped = await startCancelling(tx, id, { reason, by })
        if (stopped) await cancelTasks(tx, dialect, stopped)
        return tx.run.findUnique({ where: { id } })
      })
      if (!run) throw new NotFoundError('run', id)
      bell.ring('run', id)
      bell.ring('cancel', id)
      wake()
      return run
    },
    pause: (id, by) => changeUnfinished(id, 'pause', (tx) => pause(tx, id, by)),
    async resume(id) {
      const run = await changeUnfinished(id, 'resume', (tx) => resume(tx, id))
      wake()
      return run
    },
  }
}

async function exists(db: Db, from: Prisma.Sql): Promise<boolean> {
  const match = await db.$queryRaw<unknown[]>`SELECT 1 FROM ${from} LIMIT 1`
  return match.length > 0
}

async function matchesAny(db: Db, { rowsAtOnce }: Dialect, scope: ImageScope): Promise<boolean> {
  if (scope.scope === 'IMAGES') return exists(db, Prisma.sql`"Image" i WHERE ${scopeCondition(scope)}`)
  for await (const range of imageRanges(db, rowsAtOnce.read)) {
    if (await exists(db, Prisma.sql`"Image" i WHERE ${range} AND ${scopeCondition(scope)}`)) return true
  }
  return false
}
