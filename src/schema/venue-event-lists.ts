import type { Prisma } from '../generated/sqlite/client.ts'
import { foldForSearch, foldSearch } from '../venues/artist-slug.ts'
import { venues } from '../venues/venue-list.ts'
import { ArtistNode } from './artist.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { today, VenueSource, VenueType } from './venue.ts'
import { VenueEventNode } from './venue-event.ts'

const VenueEventFilter = builder.inputType('VenueEventFilter', {
  description: 'Which events; all conditions hold together.',
  fields: (t) => ({
    source: t.field({ type: VenueSource, description: 'Of this source.' }),
    venueTag: t.string({ description: 'At this venue.' }),
    artistSlug: t.string({ description: 'Of this artist.' }),
    from: t.field({ type: 'Date', description: 'On this day or later.' }),
    to: t.field({ type: 'Date', description: 'On this day or earlier.' }),
    synced: t.boolean({ description: 'Whether D1 has them as they are.' }),
    search: t.string({
      description:
        'Part of the name or an alias of the artist, or of the name of the venue; case and accents do not matter.',
    }),
  }),
})

type Filter = typeof VenueEventFilter.$inferInput | null | undefined

function matching(filter: Filter, { db }: Context): Prisma.VenueEventWhereInput {
  const { source, venueTag, artistSlug, from, to, synced, search } = filter ?? {}
  const { revision } = db.venueEvent.fields
  return {
    ...(source && { source }),
    ...(venueTag && { venueTag }),
    ...(artistSlug && { artistSlug }),
    date: { ...(from && { gte: from }), ...(to && { lte: to }) },
    ...(typeof synced === 'boolean' && { syncedRevision: synced ? { gte: revision } : { lt: revision } }),
    ...(search && named(foldSearch(search))),
  }
}

/** What is folded is the same on both databases. */
function named(search: string): Prisma.VenueEventWhereInput {
  const tags = venues.filter(({ name }) => foldForSearch(name).includes(search)).map(({ tag }) => tag)
  return { OR: [{ artist: { searchKey: { contains: search } } }, { venueTag: { in: tags } }] }
}

const byDate: Prisma.VenueEventOrderByWithRelationInput[] = [{ date: 'asc' }, { id: 'asc' }]

builder.queryField('venueEvents', (t) =>
  t.prismaConnection(
    {
      type: VenueEventNode,
      cursor: 'id',
      description: 'Nights at venues, by date.',
      args: { filter: t.arg({ type: VenueEventFilter, description: 'Which.' }) },
      totalCount: (_connection, { filter }, context) =>
        context.db.venueEvent.count({ where: matching(filter, context) }),
      resolve: (query, _root, { filter }, context) =>
        context.db.venueEvent.findMany({ ...query, where: matching(filter, context), orderBy: byDate }),
    },
    { name: 'VenueEventConnection', description: 'A page of nights.' },
    { name: 'VenueEventEdge', description: 'A night in a page.' },
  ),
)

builder.objectField(VenueType, 'events', (t) =>
  t.prismaConnection(
    {
      type: VenueEventNode,
      cursor: 'id',
      description: 'Its events, by date.',
      args: { from: t.arg({ type: 'Date', description: 'On this day or later; today when left out.' }) },
      totalCount: ({ tag }, { from }, { db }) =>
        db.venueEvent.count({ where: { venueTag: tag, date: { gte: from ?? today() } } }),
      resolve: (query, { tag }, { from }, { db }) =>
        db.venueEvent.findMany({ ...query, where: { venueTag: tag, date: { gte: from ?? today() } }, orderBy: byDate }),
    },
    { name: 'VenueEventsConnection', description: 'A page of the events of a venue.' },
    { name: 'VenueEventsEdge', description: 'An event of a venue.' },
  ),
)

builder.prismaObjectField(ArtistNode, 'events', (t) =>
  t.relatedConnection(
    'events',
    {
      type: VenueEventNode,
      cursor: 'id',
      totalCount: true,
      description: 'The events of the artist, by date.',
      args: { from: t.arg({ type: 'Date', description: 'On this day or later; today when left out.' }) },
      query: ({ from }) => ({ where: { date: { gte: from ?? today() } }, orderBy: byDate }),
    },
    { name: 'ArtistEventConnection', description: 'A page of the events of an artist.' },
    { name: 'ArtistEventEdge', description: 'An event of an artist.' },
  ),
)
