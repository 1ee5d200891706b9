import type { PageReading } from './listing.ts'
import type { VenueSource } from './venue-list.ts'
export function readPage(
  _s: VenueSource,
  _b: Uint8Array | string,
  _o: { pageUrl: string; contentType?: string; mirrorHosts?: readonly string[] },
): PageReading {
  return { events: [], skipped: [], warnings: [], blocked: true, next: [] }
}
