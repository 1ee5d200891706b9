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
  const known = new Map<string, number>()
  for (const entry of entries) {
    const keys = keysOf(entry)
    const at = keys.map((key) => known.get(key)).find((each) => each !== undefined)
    const first = at === undefined ? undefined : merged[at]
    const position = at ?? merged.length
    merged[position] = first ? join(first, entry) : entry
    for (const key of keys) if (!known.has(key)) known.set(key, position)
  }
  return merged.map((entry) => ({ ...entry, images: entry.images.toSorted(byRank) }))
}

function byRank(a: FoundImage, b: FoundImage): number {
  return ranks[a.from] - ranks[b.from]
}

/** The same night has the same code, or the same address but for `www.` and the query. */
function keysOf({ sourceEventId, url }: Entry): string[] {
  const keys = sourceEventId === null ? [] : [`id ${sourceEventId}`]
  if (url === null) return keys
  const { host, pathname } = new URL(url)
  return [...keys, `url ${host.replace(/^www\./, '')}${pathname.replace(/\/$/, '')}`]
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
