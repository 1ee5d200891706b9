import type { App } from '../../src/app.ts'
import { foldForSearch, slugifyArtist } from '../../src/venues/artist-slug.ts'

let events = 0

/** A night that a page of LIV lists, unless told otherwise; its artist is made when new. */
export async function addEvent(
  { db }: Pick<App, 'db'>,
  { artistName = 'Carl Cox', ...facts }: { artistName?: string } & Record<string, unknown> = {},
) {
  events += 1
  const slug = slugifyArtist(artistName)
  const searchKey = foldForSearch(slug, artistName)
  const artist = await db.artist.upsert({
    where: { slug },
    update: {},
    create: { slug, name: artistName, aliases: [], searchKey },
  })
  return db.venueEvent.create({
    data: {
      id: `00000000-0000-5000-8000-${String(events).padStart(12, '0')}`,
      source: 'liv',
      sourceEventId: `EVE${events}`,
      venue: 'LIV Las Vegas',
      venueTag: 'liv',
      date: '2099-06-01',
      startAt: null,
      status: 'scheduled',
      title: `${artistName} at LIV`,
      artistName,
      artistSlug: slug,
      artistId: artist.id,
      performers: [artistName],
      support: [],
      promos: [],
      url: null,
      images: [],
      seenAt: new Date(),
      ...facts,
    },
  })
}

/** A run without tasks that stays under way, so that no other of its kind begins by itself. */
export function holdRun({ db }: Pick<App, 'db'>, kind: 'SCRAPE' | 'SYNC', activeKey: string | null) {
  const scope = kind === 'SYNC' ? { which: 'DUE' } : { recipes: ['artist'] }
  const now = new Date()
  const run = { kind, lane: 1, activeKey, plannedAt: now }
  return db.run.create({ data: { ...run, scope: { kind, recipes: null, dryRun: false, ...scope } } })
}

export const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64')
