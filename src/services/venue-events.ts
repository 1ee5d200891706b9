import type { Prisma, VenueEvent } from '../generated/sqlite/client.ts'
import type { ListedEvent, ListedImage } from '../venues/listing.ts'
import { findOrCreateArtist } from './artists.ts'
import type { Tx } from './db/open-db.ts'
import { bestPicture } from './showable.ts'

/** Records what a page lists. What D1 has of an event and has changed raises its revision. */
export async function recordEvents(tx: Tx, events: readonly ListedEvent[]): Promise<void> {
  // one moment for all of a page, or the last of a page would count as newer than the first
  const seenAt = new Date()
  for (const event of events) await recordEvent(tx, event, seenAt)
}

async function recordEvent(tx: Tx, listed: ListedEvent, seenAt: Date): Promise<void> {
  const { id, performers, support, promos, images, ...rest } = listed
  const artist = await findOrCreateArtist(tx, listed.artistName)
  const known = await tx.venueEvent.findUnique({ where: { id } })
  const pictures = await tx.artistPicture.findMany({
    where: { artistId: artist.id, venueTag: listed.venueTag, retiredAt: null },
  })
  const picture = bestPicture(pictures)
  const facts = {
    ...rest,
    performers,
    support,
    promos,
    images: images as unknown as Prisma.InputJsonArray,
    artistId: artist.id,
    pictureKey: picture?.key ?? null,
    pictureSha256: picture?.sha256 ?? null,
    seenAt,
  }
  const revision = known && concernsD1(known, facts) ? { revision: known.revision + 1 } : {}
  await tx.venueEvent.upsert({ where: { id }, create: { id, ...facts }, update: { ...facts, ...revision } })
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
