import type { ArtistPicture, Variant } from '../generated/sqlite/client.ts'
import type { Showable } from './choose-picture.ts'
import type { Db } from './db/open-db.ts'

/** The venue tag, in names of objects, of what was sent without a venue. */
export const noVenue = 'direct'

/** What is shown of an artist: these variants of this recipe, of which D1 gets the best. */
export const pictureRecipe = { name: 'artist', variants: ['main', 'hd'], best: 'hd' } as const

/** The largest of what is stored: D1 has room for one address. */
export const bestPicture = <P extends { name: string }>(pictures: readonly P[]): P | undefined =>
  pictures.find(({ name }) => name === pictureRecipe.best) ?? pictures[0]

/** An artist with all that decides what is shown. */
export interface ArtistToShow {
  id: string
  slug: string
  pinnedImageId: string | null
  picturesDueAt: Date | null
  /** of images that have all variants, by the image's id, smallest first */
  variantsOf: ReadonlyMap<string, readonly Variant[]>
  placements: readonly Showable[]
  pictures: readonly ArtistPicture[]
  /** every venue that shows the artist */
  venueTags: readonly string[]
}

/** Of an artist with very many photos the newest count; the older ones are only looked at when pinned. */
const maxPlacements = 300

const readySets = { recipe: pictureRecipe.name, state: 'CURRENT', ready: true, collectingAt: null } as const

export async function findArtistToShow(db: Db, id: string): Promise<ArtistToShow | null> {
  const artist = await db.artist.findUnique({
    where: { id },
    include: { pictures: true, events: { distinct: ['venueTag'], select: { venueTag: true } } },
  })
  if (!artist) return null
  const { slug, pinnedImageId, picturesDueAt, pictures, events } = artist
  const placements = await findPlacements(db, id, {})
  const pinned = pinnedImageId ? await findPlacements(db, id, { imageId: pinnedImageId }) : []
  const images = new Map([...placements, ...pinned].map(({ image }) => [image.id, image]))
  const venueTags = [placements.map(({ venueTag }) => venueTag ?? noVenue), [...events, ...pictures].map(tagOf)]
  return {
    id,
    slug,
    pinnedImageId,
    picturesDueAt,
    pictures,
    variantsOf: new Map([...images].map(([imageId, { sets }]) => [imageId, sets.flatMap((set) => set.variants)])),
    placements: [...placements, ...pinned].map(({ id: placementId, venueTag, image }) => {
      const { id: imageId, width, height, sharpness, perceptualHash } = image
      return { placementId, venueTag, imageId, width, height, sharpness, perceptualHash }
    }),
    venueTags: [...new Set(venueTags.flat())],
  }
}

const tagOf = ({ venueTag }: { venueTag: string }) => venueTag

function findPlacements(db: Db, artistId: string, where: { imageId?: string }) {
  return db.placement.findMany({
    where: { ...where, artistId, image: { deletedAt: null, sets: { some: readySets } } },
    orderBy: { id: 'desc' },
    take: maxPlacements,
    include: {
      image: { include: { sets: { where: readySets, include: { variants: { orderBy: { width: 'asc' } } } } } },
    },
  })
}
