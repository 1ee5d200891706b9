import { InvalidInputError, NotFoundError } from '../errors.ts'
import type { Artist } from '../generated/sqlite/client.ts'
import { picturesAreDue } from './artists.ts'
import type { Bell } from './bell.ts'
import type { Db } from './db/open-db.ts'
import { lackingImages } from './intake.ts'
import { startImageRun } from './runs.ts'
import { pictureRecipe } from './showable.ts'
import { ensureSets } from './variant-sets.ts'

export interface Pins {
  /**
   * Makes an image the one to show of an artist everywhere, or for null leaves the choice to the rules. What it lacks
   * for that is made. Throws NotFoundError, InvalidInputError when the artist is not in it.
   */
  pin(artistId: string, imageId: string | null): Promise<Artist>
}

export function createPins({ db, bell, wake }: { db: Db; bell: Bell; wake: () => void }): Pins {
  return {
    async pin(artistId, imageId) {
      const { artist, run } = await db.$transaction(async (tx) => {
        if (!(await tx.artist.findUnique({ where: { id: artistId } }))) throw new NotFoundError('artist', artistId)
        const image = imageId === null ? null : await tx.image.findUnique({ where: { id: imageId, deletedAt: null } })
        if (imageId !== null && !image) throw new NotFoundError('image', imageId)
        if (image && !(await tx.placement.findFirst({ where: { artistId, imageId: image.id } }))) {
          throw new InvalidInputError('imageId', 'The artist is not in this image; import or upload it for the artist.')
        }
        const pinned = await tx.artist.update({ where: { id: artistId }, data: { pinnedImageId: imageId } })
        await picturesAreDue(tx, { id: artistId })
        if (!image) return { artist: pinned, run: null }
        const recipes = [pictureRecipe.name]
        const sets = await ensureSets(tx, image.id, () => recipes)
        const lacking = lackingImages([{ image, sets }])
        const scope = { kind: 'UPLOAD' as const, recipes, imageIds: [image.id] }
        return { artist: pinned, run: lacking.length > 0 ? await startImageRun(tx, scope, lacking) : null }
      })
      if (run) bell.ring('run', run.id)
      wake()
      return artist
    },
  }
}
