import type { Prisma } from '../generated/sqlite/client.ts'
import { whereState } from '../services/image-states.ts'
import { foldSearch } from '../venues/artist-slug.ts'
import { builder } from './builder.ts'
import { ImageStatus } from './image-status.ts'

export const ImageFilter = builder.inputType('ImageFilter', {
  description: 'Which images; all conditions hold together.',
  fields: (t) => ({
    artistSlug: t.string({ description: 'Of this artist.' }),
    venueTag: t.string({ description: 'For this venue.' }),
    status: t.field({
      type: [ImageStatus],
      description: 'In one of these states. Deleted images show only when asked for.',
    }),
    search: t.string({ description: 'Part of the file name, or of an artist of it.' }),
  }),
})

export function matching(filter: typeof ImageFilter.$inferInput | null | undefined): Prisma.ImageWhereInput {
  const { artistSlug, venueTag, status, search } = filter ?? {}
  const searchKey = { contains: foldSearch(search ?? '') }
  return {
    AND: [
      status?.length ? { OR: status.map(whereState) } : { deletedAt: null },
      // one placement, or the artist of one and the venue of another would do
      artistSlug || venueTag
        ? {
            placements: {
              some: { ...(artistSlug && { artist: { slug: artistSlug } }), ...(venueTag && { venueTag }) },
            },
          }
        : {},
      search ? { OR: [{ searchKey }, { placements: { some: { artist: { searchKey } } } }] } : {},
    ],
  }
}
