import type { VenuePage as Page } from '../generated/sqlite/client.ts'
import type { SkippedEntry as Skipped } from '../venues/listing.ts'
import type { VenueSource as Source } from '../venues/venue-list.ts'
import { builder } from './builder.ts'
import { VenueSource } from './venue.ts'

const VenuePageState = builder.enumType('VenuePageState', {
  description: 'Whether a page could be read.',
  values: {
    PENDING: { description: 'It has not been read yet.' },
    READ: { description: 'It was read.' },
    BLOCKED: { description: 'Last time it showed nothing that can be read; what was read before is kept.' },
  } as const,
})

const SkipReason = builder.enumType('SkipReason', {
  description: 'Why something on a page is no event of ours.',
  values: {
    PLACEHOLDER: { value: 'placeholder', description: 'Who performs is not told yet.' },
    PARTY: { value: 'party', description: 'A party, named for an occasion and not for an artist.' },
    UNKNOWN_VENUE: { value: 'unknown-venue', description: 'It is at a venue that is not known here.' },
    NO_EVENT_CODE: { value: 'no-event-code', description: 'Nothing tells it apart from others for good.' },
    NO_DATE: { value: 'no-date', description: 'It tells no day.' },
    PAST: { value: 'past', description: 'It is over.' },
  } satisfies Record<string, { value: Skipped['reason']; description: string }>,
})

const SkippedEntry = builder.objectRef<Skipped>('SkippedEntry').implement({
  description: 'Something on a page that is no event of ours.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'As listed.' }),
    reason: t.expose('reason', { type: SkipReason, description: 'Why.' }),
    sourceEventId: t.exposeString('sourceEventId', { nullable: true, description: 'What the web site calls it.' }),
  }),
})

const VenuePage = builder.objectRef<Omit<Page, 'document'>>('VenuePage').implement({
  description: 'A page of a venue, and what was found on it.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where it is; `document://…` for a file that was sent.' }),
    source: t.field({ type: VenueSource, description: 'Whose.', resolve: ({ source }) => source as Source }),
    state: t.field({
      type: VenuePageState,
      description: 'Whether it could be read.',
      resolve: ({ blocked, readAt }) => (blocked ? 'BLOCKED' : readAt ? 'READ' : 'PENDING'),
    }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true, description: 'When it was read last.' }),
    eventCount: t.int({ description: 'Events on it.', resolve: ({ eventIds }) => (eventIds as string[]).length }),
    skipped: t.field({
      type: [SkippedEntry],
      description: 'What else is on it.',
      resolve: ({ skipped }) => skipped as unknown as Skipped[],
    }),
    warnings: t.stringList({
      description: 'What whoever looks after the reading should know, in sentences.',
      resolve: ({ warnings }) => warnings as string[],
    }),
  }),
})

const maxPages = 200

builder.queryField('venuePages', (t) =>
  t.field({
    type: [VenuePage],
    description: `Pages of venues: those to be read, then those that were read last; at most ${maxPages}.`,
    args: { source: t.arg({ type: VenueSource, description: 'Only of this source.' }) },
    resolve: (_root, { source }, { db }) =>
      db.venuePage.findMany({
        where: { ...(source && { source }) },
        // what was sent may have many megabytes
        omit: { document: true },
        orderBy: [{ readAt: { sort: 'desc', nulls: 'first' } }, { url: 'asc' }],
        take: maxPages,
      }),
  }),
)
