import type { Prisma } from '../generated/sqlite/client.ts'
import { noVenue } from '../services/showable.ts'
import { ArtistNode } from './artist.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'

/** What is shown now; the same selection everywhere, so that a list is one query. */
export const notRetired = {
  where: { retiredAt: null },
  orderBy: [{ venueTag: 'asc' }, { width: 'asc' }, { name: 'desc' }],
} satisfies Prisma.Artist$picturesArgs

export const ArtistPicture = builder.prismaObject('ArtistPicture', {
  description: 'What an artist looks like at a venue, in one size: stored under an address that stays.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '`main` fits into 500x500 px, `hd` into 1500x1500.' }),
    venueTag: t.string({
      nullable: true,
      description: 'The venue; null for what was sent without one.',
      resolve: ({ venueTag }) => (venueTag === noVenue ? null : venueTag),
    }),
    key: t.exposeString('key', { description: 'Where it lies in storage, whichever picture it is.' }),
    url: t.string({
      description: 'Where it is served; ends in `?v=` and a part of its hash, so another picture has another address.',
      resolve: ({ key, sha256 }, _args, { urls }) => urls.alias(key, sha256),
    }),
    width: t.exposeInt('width', { description: 'Pixels.' }),
    height: t.exposeInt('height', { description: 'Pixels.' }),
    byteSize: t.exposeInt('byteSize', { description: 'Bytes.' }),
    sha256: t.exposeString('sha256', { description: 'Of its bytes, in hex.' }),
    storedAt: t.expose('storedAt', { type: 'DateTime', description: 'Since when it is this picture.' }),
    image: t.prismaField({
      type: ImageNode,
      nullable: true,
      description: 'The image that it was made of; null when that is gone, and the picture goes next.',
      resolve: (query, { imageId }, _args, { db }) => db.image.findUnique({ ...query, where: { id: imageId } }),
    }),
  }),
})

builder.prismaObjectField(ArtistNode, 'pictures', (t) =>
  t.relation('pictures', {
    type: ArtistPicture,
    description: 'What the artist looks like at every venue, as stored under public addresses.',
    query: notRetired,
  }),
)
