import { isDeepStrictEqual } from 'node:util'
import type { ArtistPicture, Prisma, VenueEvent } from '../generated/sqlite/client.ts'
import { slugifyArtist } from '../venues/artist-slug.ts'
import type { ListedEvent } from '../venues/listing.ts'
import { findOrCreateArtist, lockArtists, picturesAreDue } from './artists.ts'
import type { Tx } from './db/open-db.ts'
import { bestPicture } from './showable.ts'

/** Events that one transaction records: few enough that it takes moments, and others get their turn. */
export const eventsAtOnce = 200
/** How often in a row another process may be faster. */
const maxTries = 10

/** What is known of events before they are recorded. */
interface Known {
  /** by slug */
  artistIds: ReadonlyMap<string, string>
  /** by id */
  events: ReadonlyMap<string, VenueEvent>
  /** by artist and venue */
  pictures: ReadonlyMap<string, readonly ArtistPicture[]>
}

/**
 * Records events that a page lists, at most `eventsAtOnce` of them. What D1 has of an event and has changed raises its
 * revision; of those that have not changed only `seenAt` is written, which is one moment for all of a page, or the last
 * of a page would count as newer than the first.
 */
export async function recordEvents(tx: Tx, listed: readonly ListedEvent[], seenAt: Date): Promise<void> {
  const artistIds = await findOrCreateArtists(tx, listed)
  await lockArtists(tx, artistIds.values())
  const known = await recall(tx, listed, artistIds)
  // listed twice, the last one counts
  const events = [...new Map(listed.map((event) => [event.id, event])).values()]
  const planned = events.map((event) => plan(event, known))
  const isMoved = ({ before, facts }: Planned) =>
    !before || before.artistId !== facts.artistId || before.venueTag !== facts.venueTag
  // what is shown of the artist may have to be shown there too
  const moved = new Set(planned.filter(isMoved).map(({ facts }) => facts.artistId))
  if (moved.size > 0) await picturesAreDue(tx, { id: { in: [...moved] } })

  const fresh = planned.filter(({ before }) => !before)
  if (fresh.length > 0) {
    await tx.venueEvent.createMany({ data: fresh.map(({ id, facts }) => ({ id, ...withJson(facts), seenAt })) })
  }
  for (const each of planned.filter(({ changed }) => changed)) await change(tx, each, artistIds, seenAt)
  const same = planned.filter(({ before, changed }) => before && !changed)
  await markSeen(
    tx,
    same.map(({ id }) => id),
    seenAt,
  )
}

/** These events are listed as they were. */
export async function markSeen(tx: Tx, ids: readonly string[], seenAt: Date): Promise<void> {
  if (ids.length > 0) await tx.venueEvent.updateMany({ where: { id: { in: [...ids] } }, data: { seenAt } })
}

async function findOrCreateArtists(tx: Tx, listed: readonly ListedEvent[]): Promise<Map<string, string>> {
  const names = new Map(listed.map(({ artistName }) => [slugifyArtist(artistName), artistName]))
  const known = await tx.artist.findMany({
    where: { slug: { in: [...names.keys()] } },
    select: { id: true, slug: true },
  })
  const ids = new Map(known.map(({ id, slug }) => [slug, id]))
  // in one order, as they are locked
  for (const slug of [...names.keys()].sort()) {
    if (!ids.has(slug)) ids.set(slug, (await findOrCreateArtist(tx, names.get(slug) ?? slug)).id)
  }
  return ids
}

async function recall(tx: Tx, listed: readonly ListedEvent[], artistIds: Known['artistIds']): Promise<Known> {
  const events = await tx.venueEvent.findMany({ where: { id: { in: listed.map(({ id }) => id) } } })
  const shown = await tx.artistPicture.findMany({
    where: { artistId: { in: [...artistIds.values()] }, retiredAt: null },
  })
  const pictures = new Map<string, ArtistPicture[]>()
  for (const picture of shown) {
    const place = placeOf(picture)
    pictures.set(place, [...(pictures.get(place) ?? []), picture])
  }
  return { artistIds, events: new Map(events.map((event) => [event.id, event])), pictures }
}

const placeOf = ({ artistId, venueTag }: { artistId: string; venueTag: string }) => `${venueTag} ${artistId}`

type Planned = ReturnType<typeof plan>

function plan(listed: ListedEvent, { artistIds, events, pictures }: Known) {
  const { id, ...rest } = listed
  const artistId = artistIds.get(slugifyArtist(listed.artistName))
  if (!artistId) throw new Error(`The artist of the event ${id} was not looked up.`)
  const picture = bestPicture(pictures.get(placeOf({ artistId, venueTag: listed.venueTag })) ?? [])
  const facts = { ...rest, artistId, pictureKey: picture?.key ?? null, pictureSha256: picture?.sha256 ?? null }
  const before = events.get(id) ?? null
  return { id, listed, facts, before, changed: before !== null && differ(before, facts) }
}

const withJson = ({ images, ...facts }: Planned['facts']) => ({
  ...facts,
  images: images as unknown as Prisma.InputJsonArray,
})

function differ(row: Readonly<Record<string, unknown>>, facts: object): boolean {
  return Object.entries(facts).some(([name, value]) => !isDeepStrictEqual(row[name], value))
}

/** Against the revision that was read: when another process has changed the event, it is looked at once more. */
async function change(tx: Tx, planned: Planned, artistIds: Known['artistIds'], seenAt: Date): Promise<void> {
  const { id, listed } = planned
  let now = planned
  for (let tries = 0; now.before && tries < maxTries; tries += 1) {
    const revision = concernsD1(now.before, now.facts) ? { revision: { increment: 1 } } : {}
    const data = { ...withJson(now.facts), seenAt, ...revision }
    const { count } = await tx.venueEvent.updateMany({ where: { id, revision: now.before.revision }, data })
    if (count > 0) return
    now = plan(listed, await recall(tx, [listed], artistIds))
  }
  throw new Error(`The event ${id} changes faster than it can be recorded.`)
}

/** The columns of D1, beside the id. */
const sentFields = ['artistName', 'artistSlug', 'venueTag', 'pictureKey', 'pictureSha256'] as const

function concernsD1(before: VenueEvent, now: Planned['facts']): boolean {
  return sentFields.some((field) => before[field] !== now[field])
}
