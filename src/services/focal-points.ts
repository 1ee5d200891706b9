import { InvalidInputError, NotFoundError } from '../errors.ts'
import type { Run } from '../generated/sqlite/client.ts'
import type { Asker } from './asker.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type FocalPoint, formatFocalPoint, isCutting } from './focal-point.ts'
import { lanes } from './lanes.ts'
import { findRecipe } from './recipes.ts'
import type { ImageScope } from './run-scope.ts'
import { startRun, taskOf } from './runs.ts'

export interface FocalPoints {
  /**
   * Sets the point about which an image is cut; without both parts it is cut about its middle again. What that changes
   * is made anew by the run that is returned; null when nothing changes. Throws NotFoundError, InvalidInputError.
   */
  set(imageId: string, point: { x: number | null; y: number | null }, by: Asker): Promise<Run | null>
}

export function createFocalPoints({ db, bell, wake }: { db: Db; bell: Bell; wake: () => void }): FocalPoints {
  return {
    async set(imageId, point, by) {
      const checked = checkPoint(point)
      const focalPoint = checked && formatFocalPoint(checked)
      const run = await db.$transaction(async (tx) => {
        // in SQL, nothing differs from null
        const differs = focalPoint ? { OR: [{ focalPoint: null }, { focalPoint: { not: focalPoint } }] } : {}
        const { count } = await tx.image.updateMany({
          where: { id: imageId, deletedAt: null, ...differs },
          data: { focalPoint },
        })
        if (count > 0) return cutAnew(tx, imageId, by)
        if (await tx.image.findUnique({ where: { id: imageId, deletedAt: null }, select: { id: true } })) return null
        throw new NotFoundError('image', imageId)
      })
      if (!run) return null
      bell.ring('run', run.id)
      wake()
      return run
    },
  }
}

/** Throws InvalidInputError. */
function checkPoint({ x, y }: { x: number | null; y: number | null }): FocalPoint | null {
  if (x !== null && y !== null) return { x, y }
  if (x === null && y === null) return null
  throw new InvalidInputError(x === null ? 'x' : 'y', 'A point has both x and y; leave out both for the middle.')
}

/**
 * Always a run, even when the set of this point is there: one for another point may be under way, and would take its
 * place.
 */
async function cutAnew(tx: Tx, imageId: string, by: Asker): Promise<Run | null> {
  const sets = await tx.variantSet.findMany({ where: { imageId }, distinct: ['recipe'], select: { recipe: true } })
  const recipes = sets.map(({ recipe }) => recipe).filter((name) => isCutting(findRecipe(name)))
  if (recipes.length === 0) return null
  const image = await tx.image.findUniqueOrThrow({ where: { id: imageId } })
  const scope: ImageScope = { kind: 'REPROCESS', scope: 'IMAGES', ids: [imageId], recipes }
  return startRun(tx, { kind: 'REPROCESS', lane: lanes.interactive, scope, by }, [taskOf(image)])
}
