import type { Prisma, VenueEvent } from '../generated/sqlite/client.ts'
import type { ListedEvent, ListedImage } from '../venues/listing.ts'
import { findOrCreateArtist, picturesAreDue } from './artists.ts'
import type { Tx } from './db/open-db.ts'
import { bestPicture } from './showable.ts'

/** Records what a page lists. What D1 has of an event and has changed raises its revision. */
export async function recordEvents(tx: Tx, events: readonly ListedEvent[]): Promise<void> {
  // one moment for all of a page, or the last of a page would count as newer than the first
  const seenAt = new Date()
  for (const event of events) await recordEvent(tx, event, seenAt)
}

async function recordEvent(tx: Tx, listed: ListedEvent, seenAt: Date): Promise<void> {
  const artist = await findOrCreateArtist(tx, listed.artistName)
  for (let tries = 0; tries < maxTries; tries += 1) if (await tryToRecord(tx, listed, artist.id, seenAt)) return
  throw new Error(`The event ${listed.id} changes faster than it can be recorded.`)
}

/** How often in a row another process may be faster. */
const maxTries = 10

/** False when the event was changed between reading and writing it: its picture, by another process. */
async function tryToRecord(tx: Tx, listed: ListedEvent, artistId: string, seenAt: Date): Promise<boolean> {
  const { id, images, ...rest } = listed
  const known = await tx.venueEvent.findUnique({ where: { id } })
  const { venueTag } = listed
  const picture = bestPicture(await tx.artistPicture.findMany({ where: { artistId, venueTag, retiredAt: null } }))
  const facts = {
    ...rest,
    images: images as unknown as Prisma.InputJsonArray,
    artistId,
    pictureKey: picture?.key ?? null,
    pictureSha256: picture?.sha256 ?? null,
    seenAt,
  }
  // what is shown of the artist may have to be shown there too, or have changed since it was looked up above
  if (!known || known.artistId !== artistId || known.venueTag !== venueTag) await picturesAreDue(tx, { id: artistId })
  if (!known) {
    await tx.venueEvent.create({ data: { id, ...facts } })
    return true
  }
  const { revision } = known
  const data = { ...facts, revision: concernsD1(known, facts) ? revision + 1 : revision }
  const { count } = await tx.venueEvent.updateMany({ where: { id, revision }, data })
  return count > 0
}

/** The columns of D1, beside the id. */
const sentFields = ['artistName', 'artistSlug', 'venueTag', 'pictureKey', 'pictureSha256'] as const

function concernsD1(known: VenueEvent, now: Pick<VenueEvent, (typeof sentFields)[number]>): boolean {
  return sentFields.some((field) => known[field] !== now[field])
}

/** A venue and an artist whose picture is to be shown there: what a task of a scrape is about. */
export interface Billing {
  venueTag: string
  artistSlug: string
}

export const billingSubject = ({ venueTag, artistSlug }: Billing) => `${venueTag}/${artistSlug}`

export function parseBillingSubject(subject: string): Billing {
  const [venueTag = '', artistSlug = ''] = subject.split('/')
  return { venueTag, artistSlug }
}

/** What the events of an artist at a venue list, each picture once, best first; what was listed last comes first. */
export async function listedImages(db: Tx, billing: Billing): Promise<{ artistName: string; images: ListedImage[] }> {
  const events = await db.venueEvent.findMany({
    where: { ...billing },
    orderBy: [{ seenAt: 'desc' }, { date: 'asc' }, { id: 'asc' }],
    take: maxEvents,
  })
  const images = events.flatMap((event) => event.images as unknown as ListedImage[])
  const byAddress = new Map<string, ListedImage>()
  for (const image of images) if (!byAddress.has(image.canonicalUrl)) byAddress.set(image.canonicalUrl, image)
  return { artistName: events[0]?.artistName ?? billing.artistSlug, images: [...byAddress.values()] }
}

const maxEvents = 50

/** The artists at venues of these events that have a picture to look for, each once, in the order of the dates. */
export async function findBillings(tx: Tx, eventIds: readonly string[]): Promise<Billing[]> {
  const events = await tx.venueEvent.findMany({
    where: { id: { in: [...eventIds] } },
    orderBy: [{ date: 'asc' }, { id: 'asc' }],
    select: { venueTag: true, artistSlug: true, images: true },
  })
  return events.filter(({ images }) => (images as unknown[]).length > 0)
}
