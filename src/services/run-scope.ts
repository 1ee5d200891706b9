import { InvalidInputError } from '../errors.ts'
import { Prisma } from '../generated/sqlite/client.ts'
import type { Dialect } from './db/sql.ts'
import { imageRecipeHashSql } from './focal-point.ts'
import { isOrphanFolder, orphanFolders } from './orphans.ts'
import { recipes as allRecipes, checkRecipes, findRecipe } from './recipes.ts'

export const reprocessScopes = ['MISSING', 'STALE', 'ALL', 'IMAGES'] as const
export type ReprocessScope = (typeof reprocessScopes)[number]

const maxIds = 1_000

/** What a run is about; stored with it as plain JSON. `recipes` null: those that each image already has sets of. */
export type RunScope = FirstScope | RetryScope
export type ImageScope = { kind: 'REPROCESS'; scope: ReprocessScope; ids: string[]; recipes: string[] | null }
/** `imageIds`: what came in, also what had nothing to make and so has no task. */
export type UploadScope = { kind: 'UPLOAD'; recipes: string[]; imageIds?: string[] }
/** The addresses are the subjects of its tasks. */
export type ImportScope = { kind: 'IMPORT'; recipes: string[]; artistName: string; venueTag: string | null }
/** Every image, then what lies in storage that nothing names; without `fix` it is only told. */
export type ReconcileScope = { kind: 'RECONCILE'; recipes: null; fix: boolean }
/** Pages, and then the pictures of the artists on them; with `dryRun` it is only told what is on the pages. */
export type ScrapeScope = { kind: 'SCRAPE'; recipes: string[]; dryRun: boolean }
/** Venue events that D1 is to have. `due`: those that have changed; `compared`: also what D1 has lost; `all`: every one. */
export type SyncScope = { kind: 'SYNC'; recipes: null; which: SyncChoice; dryRun: boolean }
export type FirstScope = UploadScope | ImportScope | ImageScope | ReconcileScope | ScrapeScope | SyncScope

export const syncChoices = ['DUE', 'COMPARED', 'ALL'] as const
export type SyncChoice = (typeof syncChoices)[number]

export const retryChoices = ['FAILED', 'CANCELLED', 'ALL'] as const
export type RetryChoice = (typeof retryChoices)[number]

/** Tasks of an earlier run once more, in the way that `of` says. */
export type RetryScope = { kind: 'RETRY'; runId: string; only: RetryChoice; of: FirstScope }

export const firstScope = (scope: RunScope): FirstScope => (scope.kind === 'RETRY' ? scope.of : scope)

export function retryScope(run: { id: string; scope: RunScope }, only: RetryChoice): RetryScope {
  return { kind: 'RETRY', runId: run.id, only, of: firstScope(run.scope) }
}

/** Throws InvalidInputError and UnknownRecipeError. */
export function checkReprocessScope(scope: ReprocessScope, ids: string[], recipes: string[] | null): ImageScope {
  const wanted = recipes && checkRecipes(recipes)
  if (scope === 'IMAGES' && (ids.length === 0 || ids.length > maxIds)) {
    throw new InvalidInputError('ids', `Scope IMAGES needs from 1 to ${maxIds} ids.`)
  }
  if (scope !== 'IMAGES' && ids.length > 0) {
    throw new InvalidInputError('ids', `ids go with scope IMAGES, not with ${scope}.`)
  }
  return { kind: 'REPROCESS', scope, ids: [...new Set(ids)], recipes: wanted }
}

/** The recipes of a scope that an image is to have, given those it has sets of. */
export function recipesFor(scope: RunScope, wanted: readonly string[], defaults: readonly string[]): readonly string[] {
  const { recipes } = firstScope(scope)
  if (recipes) return recipes
  return wanted.length > 0 ? wanted : defaults
}

/** Stored variants are looked at in storage, not only in the database, when the images were asked for as such. */
export function verifiesStorage(scope: RunScope): boolean {
  const first = firstScope(scope)
  if (first.kind === 'REPROCESS') return first.scope === 'ALL' || first.scope === 'IMAGES'
  // a file that was deleted by hand must not be skipped for ever (requirements A060, A061, A081)
  return first.kind === 'RECONCILE' || first.kind === 'SCRAPE'
}

/** What is found in storage is only told, not mended. */
export function onlyTells(scope: RunScope): boolean {
  const first = firstScope(scope)
  return first.kind === 'RECONCILE' && !first.fix
}

/** A venue page and not the picture of an artist at a venue, which is named venue tag/artist slug. */
export const isPage = (subject: string) => subject.includes(pageMark)
export const pageMark = '://'

/** What its first tasks find becomes more tasks. */
export const growsItsPlan = (scope: RunScope) => firstScope(scope).kind === 'SCRAPE'

/** A task of such a run is about an image from the first: without one, it has been collected meanwhile. */
export function needsImage(scope: RunScope, subject: string): boolean {
  const { kind } = firstScope(scope)
  if (kind === 'RECONCILE') return !isOrphanFolder(subject)
  return kind === 'UPLOAD' || kind === 'REPROCESS'
}

/** The images of a scope, as a condition on "Image" i. */
export function scopeCondition(scope: ImageScope | ReconcileScope): Prisma.Sql {
  if (scope.kind === 'RECONCILE') return Prisma.sql`i."deletedAt" IS NULL`
  return Prisma.sql`i."deletedAt" IS NULL AND (${conditions[scope.scope](scope)})`
}

const conditions: Record<ReprocessScope, (scope: ImageScope) => Prisma.Sql> = {
  ALL: () => Prisma.sql`1 = 1`,
  IMAGES: ({ ids }) => Prisma.sql`i."id" IN (${Prisma.join(ids)})`,
  MISSING: ({ recipes }) =>
    recipes
      ? anyOf(recipes, (name) => Prisma.sql`NOT EXISTS (${currentSets(name)} AND s."ready")`)
      : Prisma.sql`NOT EXISTS (${currentSets(null)}) OR EXISTS (${currentSets(null)} AND NOT s."ready")`,
  STALE: ({ recipes }) =>
    anyOf(
      recipes ?? allRecipes.map((recipe) => recipe.name),
      (name) => Prisma.sql`EXISTS (${currentSets(name)} AND s."recipeHash" <> ${imageRecipeHashSql(findRecipe(name))})`,
    ),
}

function currentSets(recipe: string | null): Prisma.Sql {
  const ofRecipe = recipe === null ? Prisma.empty : Prisma.sql` AND s."recipe" = ${recipe}`
  return Prisma.sql`SELECT 1 FROM "VariantSet" s WHERE s."imageId" = i."id" AND s."state" = 'CURRENT'${ofRecipe}`
}

function anyOf(names: readonly string[], condition: (name: string) => Prisma.Sql): Prisma.Sql {
  return Prisma.join(names.map(condition), ' OR ')
}

const retriedStates: Record<RetryChoice, readonly string[]> = {
  FAILED: ['FAILED'],
  CANCELLED: ['CANCELLED'],
  ALL: ['FAILED', 'CANCELLED'],
}

/** The tasks of an earlier run that are to be done once more, as "Task" p and "Image" i. */
export function retriedTasks({ runId, only, of }: RetryScope, dialect: Dialect): Prisma.Sql {
  const states = retriedStates[only].map((state) => dialect.value('TaskStatus', state))
  const withoutImage =
    of.kind === 'UPLOAD' || of.kind === 'REPROCESS' || of.kind === 'RECONCILE'
      ? Prisma.sql`p."subject" IN (${Prisma.join(orphanFolders)})`
      : Prisma.sql`1 = 1`
  return Prisma.sql`"Task" p LEFT JOIN "Image" i ON i."id" = p."imageId"
    WHERE p."runId" = ${runId} AND p."status" IN (${Prisma.join(states)}) AND i."deletedAt" IS NULL AND (i."id" IS NOT NULL OR ${withoutImage})`
}
