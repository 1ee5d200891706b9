import type { EventStatus, ListedImage } from './listing.ts'

/** A picture as a page names it; `performer` is the name of whom it shows, where that is told. */
export interface FoundImage {
  address: string
  from: ListedImage['from']
  performer?: string
}

/** What one place of a page says of a night: a card, a block of JSON-LD, a row of the API. */
export interface Entry {
  sourceEventId: string | null
  /** how it is named when it is skipped, where not by sourceEventId */
  skippedAs?: string
  title: string
  /** the most trusted first */
  venueLabels: string[]
  taoTerms: number[]
  url: string | null
  date: string | null
  startAt: string | null
  status: EventStatus | null
  images: FoundImage[]
}

const ranks: Readonly<Record<FoundImage['from'], number>> = { performer: 0, event: 1, card: 2, api: 3 }

/** One entry per night, in the order of the page. What is said first counts; labels and pictures are put together. */
export function mergeEntries(entries: readonly Entry[]): Entry[] {
  const merged: Entry[] = []
  const byId = new Map<string, number>()
  const byAddress = new Map<string, number>()
  for (const entry of entries) {
    const { sourceEventId: id } = entry
    const address = addressKey(entry)
    const at = byId.get(id ?? '') ?? sameAddress(merged, byAddress.get(address), id) ?? merged.length
    const first = merged[at]
    merged[at] = first ? join(first, entry) : entry
    if (id !== null) byId.set(id, at)
    if (address !== '' && !byAddress.has(address)) byAddress.set(address, at)
  }
  return merged.map((entry) => ({ ...entry, images: entry.images.toSorted(byRank) }))
}

/** Two nights may lead to one page of tickets: an address joins only what has no other code. */
function sameAddress(merged: readonly Entry[], at: number | undefined, id: string | null): number | undefined {
  if (at === undefined) return undefined
  return id === null || merged[at]?.sourceEventId === null ? at : undefined
}

function byRank(a: FoundImage, b: FoundImage): number {
  return ranks[a.from] - ranks[b.from]
}

/** An address but for `www.` and the last slash. */
function addressKey({ url }: Entry): string {
  if (url === null) return ''
  const { host, pathname } = new URL(url)
  return `${host.replace(/^www\./, '')}${pathname.replace(/\/$/, '')}`
}

function join(first: Entry, second: Entry): Entry {
  return {
    ...first,
    sourceEventId: first.sourceEventId ?? second.sourceEventId,
    title: first.title || second.title,
    venueLabels: [...first.venueLabels, ...second.venueLabels],
    taoTerms: [...first.taoTerms, ...second.taoTerms],
    url: first.url ?? second.url,
    date: first.date ?? second.date,
    startAt: first.startAt ?? second.startAt,
    status: first.status ?? second.status,
    images: [...first.images, ...second.images],
  }
}
