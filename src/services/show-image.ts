import type { ArtistPictures } from './artist-pictures.ts'
import type { ImageClaim } from './claims.ts'
import type { Db } from './db/open-db.ts'
import { verifiesStorage } from './run-scope.ts'
import { pictureRecipe } from './showable.ts'
import type { Tasks } from './tasks.ts'

/** Shows an image whose variants are stored, where it is the one to show; resolves to whether anything has changed. */
export type ShowImage = (claim: ImageClaim, signal: AbortSignal) => Promise<boolean>

interface Deps {
  db: Db
  tasks: Tasks
  pictures: ArtistPictures
}

export function createShowImage({ db, tasks, pictures }: Deps): ShowImage {
  return async (claim, signal) => {
    const imageId = claim.image.id
    // most images are not made for it, and then this is all it costs
    const wanted = await db.variantSet.count({ where: { imageId, recipe: pictureRecipe.name } })
    if (wanted === 0) return false
    const artists = await db.artist.findMany({
      where: { OR: [{ placements: { some: { imageId } } }, { pinnedImageId: imageId }] },
      select: { id: true },
    })
    const options = { signal, verify: verifiesStorage(claim.scope) }
    const keys: string[] = []
    for (const { id } of artists) keys.push(...(await pictures.refresh(id, options)))
    if (keys.length === 0) return false
    const events = keys.map((key) => ({ type: 'PICTURE_SHOWN' as const, message: `${key} shows what it is to show.` }))
    await tasks.tell(claim, async () => ({ events }))
    return true
  }
}
