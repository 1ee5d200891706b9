import { prismaConnectionHelpers } from '@pothos/plugin-prisma'
import { InvalidInputError } from '../errors.ts'
import type { Prisma } from '../generated/sqlite/client.ts'
import { foldSearch } from '../venues/artist-slug.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'

const placements = prismaConnectionHelpers(builder, 'Placement', {
  cursor: 'id',
  select: (select) => ({ venueTag: true, image: orEverything(select()) }),
  resolveNode: (placement) => placement.image,
})

/** Who asks for edges alone asks for nothing of the image, which Prisma takes for a mistake. */
function orEverything<T>(selection: T): T | true {
  const { select = null } = typeof selection === 'object' ? ({ ...selection } as { select?: object }) : {}
  return select && Object.keys(select).length === 0 ? true : selection
}

export const ArtistNode = builder.prismaNode('Artist', {
  nullable: true,
  id: { field: 'id', description: 'The global id.' },
  description: 'Who is in the picture.',
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'Unique, and part of the addresses of the artist.' }),
    name: t.exposeString('name', { description: 'As people write it.' }),
    aliases: t.stringList({
      description: 'Other spellings.',
      resolve: ({ aliases }) => aliases as string[],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When first heard of.' }),
    imageCount: t.relationCount('placements', {
      description: 'How many `images` are in all: one counts once for each venue that has it.',
      where: { image: { deletedAt: null } },
    }),
    images: t.connection(
      {
        type: ImageNode,
        description: 'The images of the artist, newest first; once for each venue that has it.',
        select: (args, context, nested) => ({
          placements: {
            // biome-ignore lint/nursery/noMisusedPromises: a promise only when the helper's own `query` is async; it has none
            ...placements.getQuery(args, context, nested),
            where: { image: { deletedAt: null } },
            orderBy: { id: 'desc' },
          },
        }),
        resolve: ({ placements: rows }, args, context) => placements.resolve(rows, args, context),
      },
      { name: 'ArtistImageConnection', description: 'A page of the images of an artist.' },
      {
        name: 'ArtistImageEdge',
        description: 'An image of an artist.',
        fields: (edge) => ({
          venueTag: edge.string({
            nullable: true,
            description: 'The venue that it is for; null for uploads without one.',
            resolve: (placement) => placement.venueTag,
          }),
        }),
      },
    ),
  }),
})

builder.prismaObjectField(ImageNode, 'artists', (t) =>
  t.field({
    type: [ArtistNode],
    description: 'Who is in it.',
    select: (_args, _context, nested) => ({
      placements: { orderBy: { id: 'asc' }, select: { artist: nested(true) } },
    }),
    resolve: ({ placements: rows }) => [...new Map(rows.map(({ artist }) => [artist.id, artist])).values()],
  }),
)

builder.queryFields((t) => ({
  artist: t.prismaField({
    type: ArtistNode,
    nullable: true,
    description: 'An artist by slug, or null.',
    args: { slug: t.arg.string({ required: true, description: 'As in `Artist.slug`.' }) },
    resolve: (query, _root, { slug }, { db }) => db.artist.findUnique({ ...query, where: { slug } }),
  }),
  artists: t.prismaConnection(
    {
      type: ArtistNode,
      cursor: 'id',
      description: 'Artists by name.',
      args: {
        search: t.arg.string({
          description: 'Part of the name, an alias or the slug; case and accents do not matter.',
        }),
      },
      totalCount: (_connection, { search }, { db }) => db.artist.count({ where: matching(search) }),
      resolve: (query, _root, { search }, { db }) =>
        db.artist.findMany({ ...query, where: matching(search), orderBy: [{ slug: 'asc' }, { id: 'asc' }] }),
    },
    { name: 'ArtistConnection', description: 'A page of artists.' },
    { name: 'ArtistEdge', description: 'An artist in a page.' },
  ),
}))

function matching(search: string | null | undefined): Prisma.ArtistWhereInput {
  return search ? { searchKey: { contains: foldSearch(search) } } : {}
}

const UpsertArtistInput = builder.inputType('UpsertArtistInput', {
  description: 'An artist to make or to change.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'As people write it; its slug says which artist it is.' }),
    aliases: t.stringList({ description: 'Other spellings, replacing those there were; left alone when null.' }),
  }),
})

builder.mutationField('upsertArtist', (t) =>
  t.prismaField({
    type: ArtistNode,
    description: 'Makes an artist, or changes how one is spelled.',
    args: { input: t.arg({ type: UpsertArtistInput, required: true, description: 'The artist.' }) },
    errors: {
      types: [InvalidInputError],
      union: { name: 'UpsertArtistResult', description: 'The artist, or why not.' },
    },
    resolve: async (query, _root, { input }, { artists, db }) => {
      const { id } = await artists.upsert(input.name, input.aliases ?? null)
      return db.artist.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
)
