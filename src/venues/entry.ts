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

/**
 * One entry per night, in the order of the page. What is said first counts; labels and pictures are put together. Cards
 * are one night only by its code: many lead to one page of tickets. `nodes` are what further descriptions say of the
 * cards' nights, and join one by its address too.
 */
export function mergeEntries(cards: readonly Entry[], nodes: readonly Entry[] = []): Entry[] {
  const merged: Entry[] = []
  const byId = new Map<string, number>()
  const add = (entry: Entry, found: number | undefined): void => {
    const at = byId.get(entry.sourceEventId ?? '') ?? found ?? merged.length
    const first = merged[at]
    merged[at] = first ? join(first, entry) : entry
    if (entry.sourceEventId !== null) byId.set(entry.sourceEventId, at)
  }
  for (const card of cards) add(card, undefined)
  const byAddress = ownAddresses(merged)
  for (const node of nodes) add(node, sameAddress(merged, byAddress.get(addressKey(node)), node.sourceEventId))
  return merged.map((entry) => ({ ...entry, images: entry.images.toSorted(byRank) }))
}

/** The addresses that a single entry has: those of several are of no night in particular. */
function ownAddresses(entries: readonly Entry[]): Map<string, number> {
  const own = new Map<string, number>()
  const shared = new Set([''])
  entries.forEach((entry, at) => {
    const address = addressKey(entry)
    if (own.has(address)) shared.add(address)
    own.set(address, at)
  })
  for (const address of shared) own.delete(address)
  return own
}

/** An address joins only what has no other code. */
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
