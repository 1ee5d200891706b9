import { createContextCache } from '@pothos/core'
import type { Run } from '../generated/sqlite/client.ts'
import { lastScrape } from '../services/venue-pages.ts'
import { businessDateOf } from '../venues/event-date.ts'
import { type Venue as ListedVenue, type VenueSource as Source, venues } from '../venues/venue-list.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { RunNode } from './run.ts'

export const VenueSource = builder.enumType('VenueSource', {
  description: 'Whose web site lists the nights of a venue.',
  values: {
    LIV: { value: 'liv', description: 'livnightclub.com.' },
    WYNN: { value: 'wynn', description: 'wynnsocial.com.' },
    TAO: { value: 'tao', description: 'taogroup.com.' },
  } satisfies Record<Uppercase<Source>, { value: Source; description: string }>,
})

export const today = () => businessDateOf(new Date())

interface Facts {
  eventCounts: ReadonlyMap<string, number>
  lastReadAt: ReadonlyMap<string, Date | null>
  lastScrapes: ReadonlyMap<string, Run | null>
}

/** Of all venues at once: as many queries, however many of them are asked for. */
async function readFacts({ db }: Context): Promise<Facts> {
  const counts = await db.venueEvent.groupBy({
    by: ['venueTag'],
    where: { date: { gte: today() } },
    _count: { _all: true },
  })
  const pages = await db.venuePage.groupBy({ by: ['source'], _max: { readAt: true } })
  return {
    eventCounts: new Map(counts.map(({ venueTag, _count }) => [venueTag, _count._all])),
    lastReadAt: new Map(pages.map(({ source, _max }) => [source, _max.readAt])),
    lastScrapes: new Map(
      await Promise.all(pages.map(async ({ source }) => [source, await lastScrape(db, source)] as const)),
    ),
  }
}

const underWay = createContextCache((): { facts: Promise<Facts> | null } => ({ facts: null }))

/** Read once for whoever asks at the same time; not for longer, since a subscription keeps its context. */
function factsFor(context: Context): Promise<Facts> {
  const state = underWay(context)
  state.facts ??= readFacts(context).finally(() => {
    state.facts = null
  })
  return state.facts
}

export const VenueType = builder.objectRef<ListedVenue>('Venue').implement({
  description: 'A place in Las Vegas whose nights are read from a web site.',
  fields: (t) => ({
    tag: t.exposeString('tag', { description: 'Short and for ever; part of the addresses of pictures.' }),
    name: t.exposeString('name', { description: 'As people write it.' }),
    source: t.expose('source', { type: VenueSource, description: 'Whose web site lists its nights.' }),
    eventCount: t.int({
      description: 'Its events from today on.',
      resolve: async ({ tag }, _args, context) => (await factsFor(context)).eventCounts.get(tag) ?? 0,
    }),
    lastScrape: t.field({
      type: RunNode,
      nullable: true,
      description: 'The newest run that was to read a page of its source, be it over or not.',
      resolve: async ({ source }, _args, context) => (await factsFor(context)).lastScrapes.get(source) ?? null,
    }),
    lastReadAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a page of its source was read last; null when none was.',
      resolve: async ({ source }, _args, context) => (await factsFor(context)).lastReadAt.get(source) ?? null,
    }),
  }),
})

/** The venue of an event; one that is not listed any more keeps the name that the event has. */
export function venueOf({ venueTag, venue, source }: { venueTag: string; venue: string; source: string }): ListedVenue {
  const listed = venues.find(({ tag }) => tag === venueTag)
  const unlisted = { tag: venueTag, name: venue, source, aliases: [], urvenueId: null, taoTerm: null }
  return listed ?? (unlisted as unknown as ListedVenue)
}

builder.queryField('venues', (t) =>
  t.field({
    type: [VenueType],
    description: 'The venues that are known.',
    args: { source: t.arg({ type: VenueSource, description: 'Only of this source.' }) },
    resolve: (_root, { source }) => venues.filter((venue) => !source || venue.source === source),
  }),
)
