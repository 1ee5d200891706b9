import type { Prisma } from '../generated/sqlite/client.ts'
import { foldForSearch } from '../venues/artist-slug.ts'
import type { EventStatus, ListedImage as Listed } from '../venues/listing.ts'
import { type VenueSource as Source, venues } from '../venues/venue-list.ts'
import { ArtistNode } from './artist.ts'
import { ArtistPicture, notRetired } from './artist-picture.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { ListedImage } from './listed-image.ts'
import { today, VenueSource, VenueType, venueOf } from './venue.ts'

const VenueEventStatus = builder.enumType('VenueEventStatus', {
  description: 'What has become of a night, as its page says.',
  values: {
    SCHEDULED: { value: 'scheduled', description: 'It takes place; or the page does not say.' },
    CANCELLED: { value: 'cancelled', description: 'It does not take place.' },
    POSTPONED: { value: 'postponed', description: 'It takes place later; the day is not known.' },
    RESCHEDULED: { value: 'rescheduled', description: 'It takes place on another day than was listed first.' },
    MOVED_ONLINE: { value: 'movedonline', description: 'It does not take place at the venue.' },
  } satisfies Record<string, { value: EventStatus; description: string }>,
})

export const VenueEventNode = builder.prismaNode('VenueEvent', {
  nullable: true,
  id: { field: 'id', description: 'The global id.' },
  description: 'A night of an artist at a venue, as a page lists it.',
  fields: (t) => ({
    eventId: t.exposeString('id', { description: 'A UUID that never changes; the id of its row in D1.' }),
    source: t.field({
      type: VenueSource,
      description: 'Whose web site lists it.',
      resolve: ({ source }) => source as Source,
    }),
    sourceEventId: t.exposeString('sourceEventId', { description: 'What that web site calls it.' }),
    venueName: t.exposeString('venue', { description: 'Where, as the page has it.' }),
    venue: t.field({ type: VenueType, description: 'Where.', resolve: venueOf }),
    date: t.expose('date', {
      type: 'Date',
      description: 'When, in Las Vegas; what begins before 06:00 is of the day before.',
    }),
    startAt: t.exposeString('startAt', {
      nullable: true,
      description: 'When it begins, in ISO 8601 as published; without an offset it is local time. Null when not told.',
    }),
    status: t.field({
      type: VenueEventStatus,
      description: 'What has become of it.',
      resolve: ({ status }) => status as EventStatus,
    }),
    title: t.exposeString('title', { description: 'As listed.' }),
    artist: t.relation('artist', { type: ArtistNode, description: 'Who performs: the whole billing is one artist.' }),
    artistName: t.exposeString('artistName', { description: 'As billed, which is what D1 gets.' }),
    artistSlug: t.exposeString('artistSlug', { description: 'The slug of the artist.' }),
    performers: t.stringList({
      description: 'Those of whom the billing consists.',
      resolve: ({ performers }) => performers as string[],
    }),
    support: t.stringList({ description: 'Who else performs.', resolve: ({ support }) => support as string[] }),
    promos: t.stringList({
      description: 'What the title says beside names: occasions, parties.',
      resolve: ({ promos }) => promos as string[],
    }),
    url: t.exposeString('url', { nullable: true, description: 'Its own page.' }),
    images: t.field({
      type: [ArtistPicture],
      description: 'What the artist looks like at the venue, stored under public addresses; empty while nothing is.',
      select: { artist: { select: { pictures: notRetired } } },
      resolve: ({ artist, venueTag }) => artist.pictures.filter((picture) => picture.venueTag === venueTag),
    }),
    listedImages: t.field({
      type: [ListedImage],
      description: 'The pictures that the page shows for it, best first.',
      resolve: ({ images }) => images as unknown as Listed[],
    }),
    revision: t.exposeInt('revision', { description: 'Rises with every change of what D1 has of it.' }),
    syncedRevision: t.exposeInt('syncedRevision', { description: 'The highest one that D1 has; 0 when it has none.' }),
    synced: t.boolean({
      description: 'Whether D1 has it as it is.',
      resolve: ({ revision, syncedRevision }) => syncedRevision >= revision,
    }),
    syncError: t.exposeString('syncError', { nullable: true, description: 'Why D1 did not take it, last time.' }),
    seenAt: t.expose('seenAt', { type: 'DateTime', description: 'When a page listed it last.' }),
  }),
})

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
    ...(search && named(foldForSearch(search))),
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
