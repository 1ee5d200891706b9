import type { EventStatus, ListedImage as Listed } from '../venues/listing.ts'
import type { VenueSource as Source } from '../venues/venue-list.ts'
import { ArtistNode } from './artist.ts'
import { ArtistPicture, notRetired } from './artist-picture.ts'
import { builder } from './builder.ts'
import { ListedImage } from './listed-image.ts'
import { VenueSource, VenueType, venueOf } from './venue.ts'

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
