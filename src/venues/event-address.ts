import { dateOfCode, findEventCode } from './event-code.ts'
import { dateOfTaoSlug } from './event-date.ts'
import type { VenueSource } from './venue-list.ts'

/** The absolute http(s) address of a link, without query and fragment; null for none and for the page itself. */
export function eventAddress(link: string | null | undefined, pageUrl: string): string | null {
  const url = resolveLink(link, pageUrl)
  const page = resolveLink(pageUrl, pageUrl)
  if (!url || (url.host === page?.host && url.pathname === page.pathname)) return null
  url.search = ''
  url.hash = ''
  return url.href
}

export function resolveLink(link: string | null | undefined, pageUrl: string): URL | null {
  if (!link || link.length > 4_096 || !URL.canParse(link, pageUrl)) return null
  const url = new URL(link, pageUrl)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
}

/** What a source calls the night that a link names, be it in its path or in its query. */
export function eventIdOfLink(source: VenueSource, link: string | null | undefined, pageUrl: string): string | null {
  const url = resolveLink(link, pageUrl)
  const page = resolveLink(pageUrl, pageUrl)
  // a mere fragment has the query of the page itself
  if (!url || (url.search === page?.search && eventAddress(link, pageUrl) === null)) return null
  return eventIdIn(source, source === 'tao' ? url.pathname : url.href)
}

/** What a source calls the night at an address: UrVenue's code, or the slug at taogroup.com. */
export function eventIdIn(source: VenueSource, address: string | null): string | null {
  if (address === null) return null
  if (source !== 'tao') return findEventCode(address)
  return address.match(/\/event\/([^/?#]{1,300})\/?(?:[?#]|$)/)?.[1] ?? null
}

/** The date that the name of a night holds. */
export function dateOfEventId(source: VenueSource, id: string | null): string | null {
  if (id === null) return null
  return source === 'tao' ? dateOfTaoSlug(id) : dateOfCode(id)
}
