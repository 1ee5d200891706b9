import type { ArtistPictures } from './artist-pictures.ts'
import type { ImageClaim } from './claims.ts'
import type { Db } from './db/open-db.ts'
import { firstScope, verifiesStorage } from './run-scope.ts'
import { pictureRecipe } from './showable.ts'
import type { Tasks } from './tasks.ts'
import { parseBillingSubject } from './venue-events.ts'

/** Shows an image whose variants are stored, where it is the one to show; resolves to whether anything has changed. */
export type ShowImage = (claim: ImageClaim, signal: AbortSignal) => Promise<boolean>

interface Deps {
  db: Db
  tasks: Tasks
  pictures: ArtistPictures
}

interface Wanted {
  id: string
  /** a venue; undefined for all of them */
  only: string | undefined
}

export function createShowImage({ db, tasks, pictures }: Deps): ShowImage {
  /** Whose pictures are to be looked at, and where. */
  async function findArtists({ scope, subject, image }: ImageClaim): Promise<Wanted[]> {
    const shown = { OR: [{ placements: { some: { imageId: image.id } } }, { pinnedImageId: image.id }] }
    if (firstScope(scope).kind !== 'SCRAPE') {
      const artists = await db.artist.findMany({ where: shown, select: { id: true } })
      return artists.map(({ id }) => ({ id, only: undefined }))
    }
    // each of the others that share the picture has a task of their own
    const { artistSlug, venueTag } = parseBillingSubject(subject)
    const artists = await db.artist.findMany({
      where: { OR: [{ slug: artistSlug }, { AND: [shown, { picturesDueAt: { not: null } }] }] },
      select: { id: true, picturesDueAt: true },
    })
    return artists.map(({ id, picturesDueAt }) => ({ id, only: picturesDueAt ? undefined : venueTag }))
  }

  return async (claim, signal) => {
    const imageId = claim.image.id
    // most images are not made for it, and then this is all it costs
    const wanted = await db.variantSet.count({ where: { imageId, recipe: pictureRecipe.name } })
    if (wanted === 0) return false
    const options = { signal, verify: verifiesStorage(claim.scope) }
    const keys: string[] = []
    for (const { id, only } of await findArtists(claim)) {
      keys.push(...(await pictures.refresh(id, { ...options, only })))
    }
    if (keys.length === 0) return false
    const events = keys.map((key) => ({ type: 'PICTURE_SHOWN' as const, message: `${key} shows what it is to show.` }))
    await tasks.tell(claim, async () => ({ events }))
    return true
  }
}
