import { resolveLink } from './event-address.ts'
import type { VenueSource } from './venue-list.ts'

/** WordPress answers 400 for a page after the last; a site may hide that behind 404. */
const refusals = [400, 404]

/** Whether an API that refuses an address says with it that the listing has no such page any more. */
export function isBeyondTheEnd(source: VenueSource, address: string, httpStatus: number | null): boolean {
  const url = resolveLink(address, address)
  if (source !== 'tao' || !url?.pathname.startsWith('/wp-json/')) return false
  return httpStatus !== null && refusals.includes(httpStatus) && Number(url.searchParams.get('page')) > 1
}
