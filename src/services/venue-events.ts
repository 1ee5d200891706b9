import type { ListedImage } from '../venues/listing.ts'
import { compareTexts } from './compare.ts'
import type { Tx } from './db/open-db.ts'

/** A venue and an artist whose picture is to be shown there: what a task of a scrape is about. */
export interface Billing {
  venueTag: string
  artistSlug: string
}

const billingSubject = ({ venueTag, artistSlug }: Billing) => `${venueTag}/${artistSlug}`

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

/** What of an event says whether there is a picture to look for, and when. */
interface Night extends Billing {
  id: string
  date: string
  images: readonly unknown[]
}

/** The artists at venues of these events that have a picture to look for, each once, in the order of the dates. */
export function billingsOf(events: readonly Night[]): string[] {
  const withPicture = events.filter(({ images }) => images.length > 0)
  const inOrder = withPicture.sort((a, b) => compareTexts(a.date, b.date) || compareTexts(a.id, b.id))
  return [...new Set(inOrder.map(billingSubject))]
}
