import { InvalidInputError, NotFoundError } from '../errors.ts'
import type { Artist, Image, Run } from '../generated/sqlite/client.ts'
import { picturesAreDue } from './artists.ts'
import type { Asker } from './asker.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { lackingImages } from './intake.ts'
import { startImageRun } from './runs.ts'
import { pictureRecipe } from './showable.ts'
import { ensureSets } from './variant-sets.ts'

export interface Pins {
  /**
   * Makes an image the one to show of an artist everywhere, or for null leaves the choice to the rules. What it lacks
   * for that is made. Throws NotFoundError, InvalidInputError when the artist is not in it.
   */
  pin(artistId: string, imageId: string | null, by: Asker): Promise<Artist>
}

export function createPins({ db, bell, wake }: { db: Db; bell: Bell; wake: () => void }): Pins {
  return {
    async pin(artistId, imageId, by) {
      const { artist, run } = await db.$transaction(async (tx) => {
        const known = await tx.artist.findUnique({ where: { id: artistId }, select: { id: true } })
        if (!known) throw new NotFoundError('artist', artistId)
        const image = imageId === null ? null : await findPinnable(tx, artistId, imageId)
        const pinned = await tx.artist.update({ where: { id: artistId }, data: { pinnedImageId: imageId } })
        await picturesAreDue(tx, { id: artistId })
        return { artist: pinned, run: image && (await makeShowable(tx, image, by)) }
      })
      if (run) bell.ring('run', run.id)
      wake()
      return artist
    },
  }
}

async function findPinnable(tx: Tx, artistId: string, imageId: string): Promise<Image> {
  const image = await tx.image.findUnique({ where: { id: imageId, deletedAt: null } })
  if (!image) throw new NotFoundError('image', imageId)
  if (await tx.placement.findFirst({ where: { artistId, imageId } })) return image
  throw new InvalidInputError('imageId', 'The artist is not in this image; import or upload it for the artist.')
}

async function makeShowable(tx: Tx, image: Image, by: Asker): Promise<Run | null> {
  const recipes = [pictureRecipe.name]
  const sets = await ensureSets(tx, image.id, () => recipes)
  const lacking = lackingImages([{ image, sets }])
  if (lacking.length === 0) return null
  return startImageRun(tx, { kind: 'UPLOAD', recipes, imageIds: [image.id] }, lacking, by)
}
